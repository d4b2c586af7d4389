# ---- The signature, as Standard Webhooks has it.

# v1a is Ed25519. v1 is an HMAC, here by its definition, because openssl would take the secret as an argument.
sign() {
    { printf '%s.%s.' "$id" "$timestamp" && cat "$file"; } >"$work/message" || return 1
    case $scheme in
        v1a) openssl pkeyutl -sign -rawin -inkey "$key" -in "$work/message" -out "$work/raw" ;;
        v1) pads && cat "$key.inner" "$work/message" | sha256 | cat "$key.outer" - | sha256 >"$work/raw" ;;
        *) false ;;
    esac 2>/dev/null && printf '%s,%s' "$scheme" "$(openssl base64 -A -in "$work/raw")"
}

# A short pad would sign wrongly, and for ever.
pads() { [ "$(wc -c <"$key.inner")" -eq 64 ] && [ "$(wc -c <"$key.outer")" -eq 64 ]; }

sha256() { openssl dgst -sha256 -binary; }
