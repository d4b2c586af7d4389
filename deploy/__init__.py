"""Without this package nothing would be laid down, rehearsed or operated: templates, lab, hook and CLI."""
