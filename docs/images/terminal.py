#!/usr/bin/env python3
"""Draws what a terminal showed as an SVG.

  terminal.py LABEL COMMAND RECORDING [COMMAND RECORDING]... > demo.svg

A recording is what the command wrote to a terminal of 110 columns, byte by byte. Of each progress bar its last state is
drawn, of each plain line all.
"""
import html
import re
import sys

WIDTH, ADVANCE, LINE = 118, 7.85, 19
COLOURS = {"typed": "#7ee787", "bar": "#79c0ff", "plain": "#c9d1d9", "result": "#ffffff"}
BAR = re.compile(r"^(\w+) +\d+% \[")


def shown(recording):
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", open(recording, encoding="utf8").read())
    lines = [part for line in text.replace("\r\n", "\n").split("\n") for part in line.split("\r") if part.strip()]
    last = {BAR.match(line).group(1): i for i, line in enumerate(lines) if BAR.match(line)}
    for i, line in enumerate(lines):
        bar = BAR.match(line)
        if bar is None or last[bar.group(1)] == i:
            if "[y/N]" in line:
                line = line[: line.index("[y/N]") + 5] + " y"
            kind = "bar" if bar else "result" if " carried in " in line or " compared" in line else "plain"
            yield kind, line.rstrip()


def drawing(label, pairs):
    rows = []
    for command, recording in pairs:
        rows += [("plain", "")] if rows else []
        rows.append(("typed", "$ " + command))
        for kind, line in shown(recording):
            rows += [(kind, line[i : i + WIDTH]) for i in range(0, len(line), WIDTH)]
    width, height = int(WIDTH * ADVANCE) + 40, len(rows) * LINE + 62
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' role="img" aria-label="{html.escape(label)}">'
    )
    yield f'<rect width="{width}" height="{height}" rx="9" fill="#0d1117"/>'
    yield "".join(
        f'<circle cx="{x}" cy="20" r="6" fill="{c}"/>' for x, c in ((22, "#ff5f56"), (42, "#ffbd2e"), (62, "#27c93f"))
    )
    yield (
        "<g font-family=\"ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace\" font-size=\"13\""
        ' xml:space="preserve">'
    )
    for i, (kind, line) in enumerate(rows):
        if line:
            yield (
                f'<text x="20" y="{54 + i * LINE}" fill="{COLOURS[kind]}" textLength="{len(line) * ADVANCE:.1f}"'
                f' lengthAdjust="spacingAndGlyphs">{html.escape(line, quote=False)}</text>'
            )
    yield "</g>\n</svg>"


if __name__ == "__main__":
    rest = sys.argv[2:]
    print("\n".join(drawing(sys.argv[1], zip(rest[::2], rest[1::2]))))
