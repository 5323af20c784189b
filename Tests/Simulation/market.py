"""What lying, sleeping and colluding earn in the market, against what honest work earns.

    market.py [--jobs N] [--write]

Jobs are played one by one by the market's rules: a block's hash draws whether a checkpoint is checked, a
verifier that is drawn commits before it sees anything, a conviction takes the whole bond: half to the
accuser, a quarter to the client, a quarter burned. Everything is in units of a job's reward R.
`--write` puts the table and the plot beside the market's sources.
"""

import argparse
import random
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "Sources/Market"
ACCUSER, VICTIM = 0.5, 0.25


@dataclass(frozen=True)
class Rules:
    """The shipped parameters: Sources/Market/Engine/MarketParameters.swift."""

    check_rate: float = 0.15
    bond: float = 9.0
    fee: float = 1.0
    verifier_bond: float = 1.0
    challenge_bond: float = 1.0
    protocol_fee: float = 0.005


@dataclass(frozen=True)
class World:
    # What honest work costs, and a check.
    cost: float = 0.8
    check_cost: float = 0.8
    # The part of the verifiers that the provider owns.
    sybil: float = 0.0
    # The chance that somebody else looks at a false result within its window.
    watchers: float = 0.0


def provider(rules, world, cheats, chance, jobs):
    """What a provider earns a job that leaves out this part of the work."""
    total = 0.0
    for _ in range(jobs):
        total += 1 - rules.protocol_fee - world.cost * (1 - cheats)
        if cheats == 0:
            continue
        drawn = chance.random() < rules.check_rate and chance.random() >= world.sybil
        # One segment is computed anew, exactly: it is false with the chance of what was left out.
        found = drawn and chance.random() < cheats
        watched = chance.random() < world.watchers
        if found or watched:
            total -= 1 - rules.protocol_fee + rules.bond
    return total / jobs


def verifier(rules, world, kind, fraud, chance, jobs):
    """What a verifier earns for each check that it is drawn for."""
    total = 0.0
    for _ in range(jobs):
        false = chance.random() < fraud
        if kind == "honest":
            total -= world.check_cost
            # It finds the lie and accuses, or it attests.
            total += ACCUSER * rules.bond if false else rules.fee
        elif kind == "sleeps":
            # Without the work there is nothing to commit to: the check is missed and nothing is paid.
            continue
        elif kind == "copies":
            # The provider's receipt is not shown before the commitment; what it can guess is a
            # former job's result, which is another's: its reveal disagrees, and to dispute would
            # cost the challenge bond. Nothing is earned.
            continue
        elif kind == "attests blindly":
            # The escrow lets it attest; the market shows no agreement, and a watcher convicts both.
            total += rules.fee
            if false and chance.random() < world.watchers:
                total -= rules.fee + rules.verifier_bond
    return total / jobs


def pair(rules, world, chance, jobs):
    """What a provider and the verifiers it owns earn together by computing nothing."""
    total = 0.0
    for _ in range(jobs):
        total += 1 - rules.protocol_fee
        if chance.random() < rules.check_rate:
            if chance.random() < world.sybil:
                total += rules.fee
            else:
                total -= 1 - rules.protocol_fee + rules.bond
                continue
        if chance.random() < world.watchers:
            total -= 1 - rules.protocol_fee + rules.bond + rules.verifier_bond
    return total / jobs


def griefer(rules):
    """What a sham dispute costs its challenger, and gives the provider that it holds up."""
    return -rules.challenge_bond, ACCUSER * rules.challenge_bond


def grid(jobs):
    rows = []
    for bond in (1, 3, 9, 19):
        for rate in (0.01, 0.05, 0.10, 0.15, 0.20):
            rules = Rules(check_rate=rate, bond=bond)
            # The lower the cost the smaller the temptation: the worst case is that it eats the reward.
            world = World(cost=1.0)
            honest = provider(rules, world, 0, random.Random(1), jobs)
            lazy = max(
                provider(rules, world, part, random.Random(2), jobs) for part in (0.1, 0.5, 1.0)
            )
            rows.append((bond, rate, honest, lazy))
    return rows


def shipped(jobs):
    rules = Rules()
    rows = []
    for sybil in (0.0, 0.1, 0.2, 0.33, 0.5):
        world = World(cost=0.8, sybil=sybil)
        honest = provider(rules, world, 0, random.Random(1), jobs)
        lazy = max(provider(rules, world, x, random.Random(2), jobs) for x in (0.1, 0.5, 1.0))
        together = pair(rules, world, random.Random(3), jobs)
        rows.append((sybil, honest, lazy, together))
    return rules, rows


def verifiers(jobs):
    rules = Rules()
    rows = []
    for fraud in (0.0, 0.01, 0.1):
        world = World(watchers=0.1)
        rows.append(
            (fraud,)
            + tuple(
                verifier(rules, world, kind, fraud, random.Random(4), jobs)
                for kind in ("honest", "sleeps", "copies", "attests blindly")
            )
        )
    return rows


def svg(rows):
    """The gain of the best lie over honest work, by check rate, one line a bond."""
    width, height, left, bottom = 640, 360, 60, 40
    rates = sorted({row[1] for row in rows})
    gains = [row[3] - row[2] for row in rows]
    low, high = min(gains), max(max(gains), 0.1)

    def x(rate):
        return left + (width - left - 90) * rate / max(rates)

    def y(gain):
        return 20 + (height - 20 - bottom) * (high - gain) / (high - low)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<line x1="{left}" y1="{y(0):.1f}" x2="{width - 90}" y2="{y(0):.1f}" stroke="black"/>',
        f'<text x="8" y="{y(0) + 4:.1f}">0</text>',
        f'<text x="8" y="{y(high) + 4:.1f}">{high:.1f} R</text>',
        f'<text x="8" y="{y(low) + 4:.1f}">{low:.1f} R</text>',
        f'<text x="{left}" y="14">what the best lie earns more than honest work, a job</text>',
        f'<text x="{width / 2 - 40:.0f}" y="{height - 8}">chance of a check</text>',
    ]
    for rate in rates:
        parts.append(f'<text x="{x(rate) - 10:.1f}" y="{height - 24}">{rate:.0%}</text>')
    for bond, colour in zip((1, 3, 9, 19), ("#c0392b", "#e67e22", "#2980b9", "#27ae60")):
        line = [(rate, lazy - honest) for b, rate, honest, lazy in rows if b == bond]
        points = " ".join(f"{x(rate):.1f},{y(gain):.1f}" for rate, gain in line)
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
        )
        rate, gain = line[-1]
        parts.append(
            f'<text x="{x(rate) + 6:.1f}" y="{y(gain) + 4:.1f}" fill="{colour}">bond {bond} R</text>'
        )
    return "\n".join(parts + ["</svg>", ""])


def report(jobs):
    rows = grid(jobs)
    rules, collusion = shipped(jobs)
    lines = [
        "# What lying earns",
        "",
        f"`make simulate-market` plays {jobs:,} jobs in each cell. R is a job's reward; what is shipped: a "
        f"check with a chance of {rules.check_rate:.0%}, a bond of {rules.bond:g} R, a fee of "
        f"{rules.fee:g} R for a check, a verifier's bond of {rules.verifier_bond:g} R.",
        "",
        "## A lazy provider",
        "The best of leaving out a tenth, a half or all, where honest work costs as much as it earns: the "
        "worst case, and the one that `p ≥ c/(R+S)` is about. Negative: lying loses.",
        "",
        "![gain of the best lie by check rate and bond](economics.svg)",
        "",
        "| bond | " + " | ".join(f"{rate:.0%}" for rate in (0.01, 0.05, 0.10, 0.15, 0.20)) + " |",
        "|--:|" + "--:|" * 5,
    ]
    for bond in (1, 3, 9, 19):
        cells = [f"{lazy - honest:+.2f} R" for b, _, honest, lazy in rows if b == bond]
        lines.append(f"| {bond} R | " + " | ".join(cells) + " |")
    lines += [
        "",
        "## Sybils and a colluding pair, at the shipped parameters",
        "The provider owns a part of the verifiers; honest work costs 0.8 R; nobody else watches.",
        "",
        "| verifiers owned | honest | lazy | pair that computes nothing | honest is best |",
        "|--:|--:|--:|--:|--|",
    ]
    for sybil, honest, lazy, together in collusion:
        best = "yes" if honest >= max(lazy, together) else "**no**"
        lines.append(
            f"| {sybil:.0%} | {honest:+.2f} R | {lazy:+.2f} R | {together:+.2f} R | {best} |"
        )
    lines += [
        "",
        "## A verifier that is drawn",
        "Commit before reveal leaves a sleeper and a copy-cat with nothing to commit to.",
        "",
        "| results that are false | checks | sleeps | copies | attests on the chain unasked |",
        "|--:|--:|--:|--:|--:|",
    ]
    for fraud, *gains in verifiers(jobs):
        lines.append(f"| {fraud:.0%} | " + " | ".join(f"{gain:+.2f} R" for gain in gains) + " |")
    cost, gain = griefer(rules)
    lines += [
        "",
        "## A griefer",
        f"A sham dispute costs its challenger the challenge bond ({cost:+.1f} bonds) and gives the "
        f"provider half of it ({gain:+.1f}); each further round costs another.",
        "",
        "## Limits of this",
        "**The last column is a hole**: the escrow pays a verifier for attesting what it was not drawn to "
        "check; the market then shows no agreement, and only a watcher convicts it of a false one. Until "
        "the escrow itself draws, markets should name verifiers by reputation. Forced errors, which would keep watchers awake at no fraud, are "
        "not played by the market yet. A malicious result with an outside gain G needs "
        "`S ≥ G·T/p`, which the market asks for where a job states its value at risk.",
        "",
    ]
    return "\n".join(lines), svg(rows), collusion, rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=20_000)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    text, plot, collusion, rows = report(arguments.jobs)
    if arguments.write:
        (FOLDER / "Economics.md").write_text(text)
        (FOLDER / "economics.svg").write_text(plot)
    print(text)
    deterred = all(
        lazy < honest for bond, rate, honest, lazy in rows if rate * (1 + bond) >= 1.4
    )
    tolerated = [sybil for sybil, honest, lazy, pair in collusion if honest >= max(lazy, pair)]
    ok = deterred and max(tolerated) >= 0.33
    print(f"simulate-market: honest is the best reply up to {max(tolerated):.0%} of bought verifiers")
    raise SystemExit(0 if ok else 1)


if __name__ == "__main__":
    main()
