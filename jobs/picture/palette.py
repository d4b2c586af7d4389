"""How a picture is coloured, as one stylesheet: pages link it, a post-mortem that is one file embeds it."""

PALETTE = """\
.pbp {
  --pbp-ink: #1c2128; --pbp-quiet: #57606a; --pbp-rule: #d0d7de; --pbp-tick: #e6eaef;
  --pbp-good: #1a7f37; --pbp-good-tint: #c9ecd2; --pbp-bad: #b4232c; --pbp-bad-tint: #ffdcd9;
  --pbp-calm: #0a5cc0; --pbp-calm-tint: #d3e6fc; --pbp-doubt: #8a5a00; --pbp-doubt-tint: #fbeac2;
  --pbp-shade: #b4232c; --pbp-paper: #ffffff;
}
@media (prefers-color-scheme: dark) { .pbp {
  --pbp-ink: #e8edf2; --pbp-quiet: #a2adb8; --pbp-rule: #39424d; --pbp-tick: #262d36;
  --pbp-good: #4cc26c; --pbp-good-tint: #17452a; --pbp-bad: #ff8f87; --pbp-bad-tint: #5c1f24;
  --pbp-calm: #74b3ff; --pbp-calm-tint: #173a63; --pbp-doubt: #e3b341; --pbp-doubt-tint: #4d3a0c;
  --pbp-shade: #ff8f87; --pbp-paper: #14181d;
} }
@media print { .pbp {
  --pbp-ink: #000000; --pbp-quiet: #3d444d; --pbp-rule: #c0c7ce; --pbp-tick: #e6eaef;
  --pbp-good: #1a7f37; --pbp-good-tint: #d8f1de; --pbp-bad: #b4232c; --pbp-bad-tint: #ffe2e0;
  --pbp-calm: #0a5cc0; --pbp-calm-tint: #e0edfd; --pbp-doubt: #8a5a00; --pbp-doubt-tint: #fcf0d4;
  --pbp-shade: #b4232c; --pbp-paper: #ffffff;
  print-color-adjust: exact; -webkit-print-color-adjust: exact;
} }
.pbp { display: block; width: 100%; height: auto; font-family: system-ui, sans-serif; }
.pbp-wide { max-width: 75rem; }
.pbp-narrow { display: none; max-width: 36rem; }
@media (max-width: 44rem) { .pbp-wide { display: none; } .pbp-narrow { display: block; } }
@media print { .pbp-wide { display: block; } .pbp-narrow { display: none; } }
.pbp text { fill: var(--pbp-ink); }
.pbp .pbp-name { font-weight: 600; }
.pbp .pbp-small { font-size: .85em; }
.pbp .pbp-label { font-size: .92em; }
.pbp-on { paint-order: stroke; stroke-width: 3.5; stroke-linejoin: round; }
.pbp-on-out { font-weight: 600; }
.pbp-patch { fill: var(--pbp-paper); opacity: .85; }
.pbp-on-held, .pbp-on-proven, .pbp-on-many { stroke: var(--pbp-good-tint); }
.pbp-on-led, .pbp-on-flowing { stroke: var(--pbp-calm-tint); }
.pbp-on-failed, .pbp-on-out, .pbp-on-partly, .pbp-on-none { stroke: var(--pbp-bad-tint); }
.pbp-on-doubted { stroke: var(--pbp-doubt-tint); }
.pbp .pbp-quiet { fill: var(--pbp-quiet); }
.pbp-rule { stroke: var(--pbp-rule); }
.pbp-tick { stroke: var(--pbp-tick); }
.pbp-flag { fill: none; stroke: var(--pbp-quiet); stroke-dasharray: 2 3; }
.pbp-shade { fill: var(--pbp-shade); opacity: .11; }
.pbp-edge { stroke: var(--pbp-shade); fill: none; }
.pbp-shade.pbp-pale { opacity: .05; }
.pbp-fold { fill: var(--pbp-paper); opacity: .75; }
.pbp-zigzag { fill: none; stroke: var(--pbp-quiet); stroke-width: 1.5; }
.pbp-scale { stroke: var(--pbp-quiet); stroke-dasharray: 6 3; }
.pbp-bar { stroke-width: 1; }
.pbp-held, .pbp-proven, .pbp-many { fill: var(--pbp-good-tint); stroke: var(--pbp-good); }
.pbp-led, .pbp-flowing { fill: var(--pbp-calm-tint); stroke: var(--pbp-calm); }
.pbp-failed, .pbp-out, .pbp-partly, .pbp-none { fill: var(--pbp-bad-tint); stroke: var(--pbp-bad); }
.pbp-doubted { fill: var(--pbp-doubt-tint); stroke: var(--pbp-doubt); }
.pbp-waiting { fill: var(--pbp-quiet); stroke: none; }
.pbp-over { opacity: .45; }
.pbp-tile path { fill: none; stroke-width: 1.5; }
.pbp-tile circle { stroke: none; }
.pbp-tile.pbp-failed path, .pbp-tile.pbp-out path, .pbp-tile.pbp-partly path { stroke: var(--pbp-bad); }
.pbp-tile.pbp-doubted path { stroke: var(--pbp-doubt); stroke-width: 1; }
.pbp-tile.pbp-none circle { fill: var(--pbp-bad); }
.pbp-mark path { fill: var(--pbp-calm); }
.pbp-mark.pbp-alarm path { fill: var(--pbp-bad); }
.pbp-mark .pbp-in { fill: none; stroke: var(--pbp-paper); stroke-width: 1.6; }
.pbp-mark .pbp-stroke { fill: none; stroke: var(--pbp-good); stroke-width: 1.2; }
"""
"""Only classes that begin with `pbp`; the page around it says which of the two shapes is shown."""
