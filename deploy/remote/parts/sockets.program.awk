# Input: lines "IP port" to be left. pids: processes. Prints the first such address that an
# established socket of one of them leads to. /proc/PID/net sees the namespace the process is in.
function hex4(ip,    part) {
    split(ip, part, ".")
    return sprintf("%02X%02X%02X%02X", part[4], part[3], part[2], part[1])
}
function hex6(ip,    half, left, right, i, n, m, word, all) {
    n = split(ip, half, "::")
    m = split(half[1], left, ":")
    all = ""
    for (i = 1; i <= m; i++) all = all substr("0000" toupper(left[i]), length(left[i]) + 1)
    if (n == 2) {
        m = split(half[2], right, ":")
        word = ""
        for (i = 1; i <= m; i++) word = word substr("0000" toupper(right[i]), length(right[i]) + 1)
        while (length(all) + length(word) < 32) all = all "0"
        all = all word
    }
    word = ""
    for (i = 1; i <= 32; i += 8)
        word = word substr(all, i + 6, 2) substr(all, i + 4, 2) substr(all, i + 2, 2) substr(all, i, 2)
    return word
}
{
    port = sprintf("%04X", $2)
    if ($1 ~ /:/) left_alone[hex6($1) ":" port] = $1 " port " $2
    else {
        left_alone[hex4($1) ":" port] = $1 " port " $2
        left_alone["0000000000000000FFFF0000" hex4($1) ":" port] = $1 " port " $2
    }
}
END {
    count = split(pids, pid, " ")
    for (i = 1; i <= count; i++) {
        found = 0
        for (v = 0; v < 2; v++) {
            table = "/proc/" pid[i] "/net/tcp" (v ? "6" : "")
            while ((getline line < table) > 0) {
                split(line, field, " ")
                if (field[4] == "01" && field[3] in left_alone) found = inode[field[10]] = left_alone[field[3]]
            }
            close(table)
        }
        if (!found) continue
        command = "readlink /proc/" pid[i] "/fd/*"
        while ((command | getline line) > 0)
            if (line ~ /^socket:\[/ && substr(line, 9, length(line) - 9) in inode) {
                print inode[substr(line, 9, length(line) - 9)]
                exit
            }
        close(command)
    }
}
