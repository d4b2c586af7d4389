# Reads the list's lines "key NAME VALUE..." of a file, and "splice OFFSET LENGTH TEXT".
# WORK=check: prints why a splice is not permitted and fails. WORK=blank: prints the dotenv file
# with everything but names and listed values blanked to the same length.
function octal(text,    out, at) {
    out = ""
    while ((at = index(text, "\\0")) > 0) {
        out = out substr(text, 1, at - 1) sprintf("%c", substr(text, at + 2, 1) * 64 + substr(text, at + 3, 1) * 8 + substr(text, at + 4, 1))
        text = substr(text, at + 5)
    }
    return out text
}
# "*" and "?" stand for characters of names and addresses; everything else for itself.
function pattern(value,    out, i, c) {
    out = ""
    for (i = 1; i <= length(value); i++) {
        c = substr(value, i, 1)
        if (c == "*") out = out "[A-Za-z0-9._-]*"
        else if (c == "?") out = out "[A-Za-z0-9._-]"
        else if (c ~ /[A-Za-z0-9_-]/) out = out c
        else out = out "[" c "]"
    }
    return "^" out "$"
}
function slurp(    line, text, first) {
    first = 1
    while ((getline line < ENVIRON["FILE"]) > 0) {
        text = first ? line : text "\n" line
        first = 0
    }
    if (length(text) == ENVIRON["SIZE"] - 1) text = text "\n"
    if (length(text) != ENVIRON["SIZE"]) refuse("is no plain text")
    return text
}
function refuse(reason) {
    print reason
    refused = 1
    exit 1
}
$1 == "key" {
    name = octal($2)
    known[name] = 1
    for (i = 3; i <= NF; i++) {
        count++
        owner[count] = name
        literal[count] = octal($i)
        glob[count] = pattern(octal($i))
    }
}
$1 == "splice" {
    splices++
    from[splices] = $2 + 1
    upto[splices] = $2 + $3
    text[splices] = $4 == "-" ? "" : octal($4)
}
function permitted(token, key,    i) {
    for (i = 1; i <= count; i++) {
        if (key != "" && owner[i] != key) continue
        if (token == literal[i]) return 1
        if (literal[i] ~ /[*?]/ && literal[i] !~ /[][]/ && token ~ glob[i]) return 1
    }
    return 0
}
function all_permitted(list, key,    part, n, i) {
    n = split(list, part, ",")
    if (n == 0) return 0
    for (i = 1; i <= n; i++) if (!permitted(part[i], key)) return 0
    return 1
}
function of_token(c) { return c ~ /[A-Za-z0-9._:%,-]/ || c == "[" || c == "]" }
# joins: whether the byte belongs to the word beside it; a comma only between two (not in `5432, `).
function joins(at, step,    c) {
    c = substr(content, at, 1)
    return of_token(c) && (c != "," || of_token(substr(content, at + step, 1)))
}

# values: every assignment of a dotenv file: names, and where the values begin and end.
function values(    at, end, line, c, close_at, start) {
    at = substr(content, 1, 3) == "\357\273\277" ? 4 : 1
    while (at <= length(content)) {
        end = index(substr(content, at), "\n")
        end = end ? at + end - 1 : length(content) + 1
        line = substr(content, at, end - at)
        if (line ~ /^[ \t\r]*(#|$)/ || index(line, "=") == 0) {
            remark(at, end - 1)
            at = end + 1
            continue
        }
        start = at + index(line, "=")
        name = substr(line, 1, index(line, "=") - 1)
        gsub(/^[ \t]*(export[ \t]+)?|[ \t]+$/, "", name)
        while (substr(content, start, 1) ~ /[ \t]/ && start < end) start++
        c = substr(content, start, 1)
        if (c == "\"" || c == "'") {
            close_at = closing(start, c)
            note(name, start + 1, close_at - 1)
            end = index(substr(content, close_at), "\n")
            end = end ? close_at + end - 1 : length(content) + 1
            remark(close_at + 1, end - 1)
        } else {
            line = substr(content, start, end - start)
            close_at = match(line, /[ \t]+#/) ? start + RSTART - 1 : end
            remark(close_at, end - 1)
            while (close_at > start && substr(content, close_at - 1, 1) ~ /[ \t\r]/) close_at--
            note(name, start, close_at - 1)
        }
        at = end + 1
    }
}
# remark: what stands behind a value; the space and the sign of a comment stay.
function remark(begin, end,    rest) {
    if (substr(content, end, 1) == "\r") end--
    rest = substr(content, begin, end - begin + 1)
    if (match(rest, /^[ \t]*#/)) begin += RLENGTH
    note("", begin, end)
}
function note(name, begin, end) {
    if (end < begin) return
    noted++
    noted_name[noted] = name
    noted_begin[noted] = begin
    noted_end[noted] = end
}
# A quote that is never closed hides everything behind it.
function closing(start, quote,    i, c) {
    for (i = start + 1; i <= length(content); i++) {
        c = substr(content, i, 1)
        if (c == "\\") i++
        else if (c == quote) return i
    }
    return length(content) + 1
}
function check(    i, j, begin, end, old, new, key) {
    if (ENVIRON["FORMAT"] == "dotenv") values()
    for (i = 1; i <= splices; i = j) {
        begin = from[i]
        while (begin > 1 && joins(begin - 1, -1)) begin--
        end = upto[i]
        new = substr(content, begin, from[i] - begin) text[i]
        for (j = i + 1; ; j++) {
            while (end < length(content) && joins(end + 1, 1) && !(j <= splices && end + 1 >= from[j])) {
                end++
                new = new substr(content, end, 1)
            }
            if (j > splices || from[j] != end + 1) break
            new = new text[j]
            end = upto[j]
        }
        old = substr(content, begin, end - begin + 1)
        key = ""
        if (ENVIRON["FORMAT"] == "dotenv") {
            key = name_at(begin, end)
            if (!(key in known)) refuse("a change outside of the listed keys is not permitted")
        }
        if (!all_permitted(old, key)) refuse((key == "" ? "a value" : key) " is not at a listed value now, and is left alone")
        if (!all_permitted(new, key)) refuse((key == "" ? "a value" : key) " may not become a value that is not listed")
    }
}
function name_at(begin, end,    i) {
    for (i = 1; i <= noted; i++)
        if (noted_begin[i] <= begin && end <= noted_end[i]) return noted_name[i]
    return ""
}
function blank(    i, out, at) {
    values()
    at = 1
    out = ""
    for (i = 1; i <= noted; i++) order[i] = i
    for (i = 2; i <= noted; i++)
        if (noted_begin[order[i]] < noted_begin[order[i - 1]]) {
            at = order[i]
            order[i] = order[i - 1]
            order[i - 1] = at
        }
    at = 1
    for (i = 1; i <= noted; i++) {
        out = out substr(content, at, noted_begin[order[i]] - at)
        out = out veiled(noted_name[order[i]], substr(content, noted_begin[order[i]], noted_end[order[i]] - noted_begin[order[i]] + 1))
        at = noted_end[order[i]] + 1
    }
    printf "%s", out substr(content, at)
}
# A listed key's value shows, but not the login and the query of a URL.
function veiled(name, value,    head, tail, query) {
    if (name == "" || !(name in known)) return crosses(length(value))
    if (!match(value, /^[A-Za-z][A-Za-z0-9+.-]*:\/\//)) return value
    head = substr(value, 1, RLENGTH)
    tail = substr(value, RLENGTH + 1)
    query = ""
    if (match(tail, /[?#]/)) {
        query = substr(tail, RSTART, 1) crosses(length(tail) - RSTART)
        tail = substr(tail, 1, RSTART - 1)
    }
    if (match(tail, /^[^\/]*@/)) tail = crosses(RLENGTH - 1) substr(tail, RLENGTH)
    return head tail query
}
function crosses(n,    out) {
    out = ""
    while (n-- > 0) out = out "x"
    return out
}
END {
    if (refused) exit 1
    content = slurp()
    if (refused) exit 1
    if (ENVIRON["WORK"] == "blank") blank()
    else check()
    exit refused
}
