"""How a plot is coloured. An image on a page knows the reader's theme, but not the page's own: it brings its paper along."""

STYLE = """\
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:#1c2128}
.paper{fill:#ffffff;stroke:#d0d7de}
.heading,.said{font-weight:600}
.said{paint-order:stroke;stroke:#ffffff;stroke-width:4px;stroke-linejoin:round}
.quiet{fill:#57606a}
.rule,.grid{stroke:#d8dee4}
.axis,.break{stroke:#57606a;fill:none}
.dot{fill:#0a5cc0;fill-opacity:.3}
.median{fill:#0a3069}
.p99{stroke:#0a3069;stroke-width:1.5}
@media (prefers-color-scheme:dark){
text{fill:#e8edf2}
.paper{fill:#14181d;stroke:#39424d}
.said{stroke:#14181d}
.quiet{fill:#a2adb8}
.rule,.grid{stroke:#2d353f}
.axis,.break{stroke:#a2adb8}
.dot{fill:#74b3ff;fill-opacity:.45}
.median{fill:#cfe4ff}
.p99{stroke:#cfe4ff}
}
"""
