# Runs as the file's owner: the rename. On stdin: folder, name, temporary, checksum.
# Says `renamed`, `changed` or `failed REASON`, behind what the programs said.
set -u
say() {
    printf '%s\n' "$*"
    exit 0
}
IFS= read -r folder
IFS= read -r name
IFS= read -r tmp
read -r before
cd -P -- "$folder" 2>/dev/null && [ "$PWD" = "$folder" ] || say changed
[ ! -L "./$name" ] && sum=$(sha256sum <"./$name") && [ "${sum%% *}" = "$before" ] || say changed
mv -fT -- "$tmp" "./$name" || say failed "cannot be replaced"
sync -- . 2>/dev/null
say renamed
