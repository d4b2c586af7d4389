# fetch: contents, for the diff; asked for files alone that are no secrets.
fetch() {
    while read -r word path; do
        [ "$word" = path ] || break
        if [ -f "$path" ]; then
            size=$(stat -L -c %s -- "$path")
            [ "$size" -le 1000000 ] || size=1000000
            say "file $size $path"
            # Exactly as many bytes as were said, even if the file is being changed.
            { head -c "$size" -- "$path"; head -c "$size" /dev/zero; } | head -c "$size"
            say
        fi
    done
    say end
}
