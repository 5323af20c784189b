"""The dispute game between providers and challengers, honest and lying, at every level.

The whole market is there: a conviction slashes and refunds, an acquittal pays.
"""

import random
from dataclasses import replace

import boa

import pytest

import precompiles
from market import *
from traces import *

CHALLENGE_BOND, MOVE_TIME = 30_001, 500
P, C = PROVIDERS[0], VERIFIERS[1]
STRANGER = account("stranger").address
MATMUL = "gensyn.MatMulTransposed"


def word(value):
    return struct.pack("<I", value)


@pytest.fixture
def market():
    precompiles.register()
    market = Market()
    deploy("Referee", at=ADDRESSES["Referee"])
    market.game = deploy(
        "Disputes", ADDRESSES["JobEscrow"], ADDRESSES["Bonds"], ADDRESSES["Referee"],
        CHALLENGE_BOND, MOVE_TIME, at=ADDRESSES["Disputes"],
    )
    return market


def record(operator, source, *shapes):
    inputs = [random_tensor(source, *shape) for shape in shapes]
    return Record(operator, inputs, [result(operator, *inputs)])


def filler(source, number):
    """A record that plays no part: what matters of it is its digest."""
    tensors = [random_tensor(source, 2) for _ in range(3)]
    return Record("ai.onnx.Relu", tensors[:1], tensors[1:2], number)


def trace_with(record, step, steps, place, records, seed=1):
    """A trace in which one record is looked at."""
    source = random.Random(seed)
    trace = Trace(
        [[filler(source, 100 * s + r) for r in range(records)] for s in range(steps)]
    )
    trace.steps[step][place] = record
    return trace


class Game:
    """Plays one dispute move by move; the provider answers truly to what it committed to."""

    def __init__(self, market, trace, terms=None):
        self.market, self.trace, self.game = market, trace, market.game
        self.terms = replace(
            terms or Terms(), steps=len(trace.steps), honest_cost=0, challenge_window=10_000
        )
        self.job = market.running(self.terms)
        market.commit(self.job, len(trace.steps), root=trace.tree.root)
        self.number = self.game.open(self.job, 0, sender=C.address)
        self.gas = self.game.gas_used

    def move(self, name, *arguments, sender=P):
        getattr(self.game, name)(self.number, *arguments, sender=sender.address)
        self.gas += self.game.gas_used

    def descend(self, tree, target):
        """Provider and challenger go down a tree to one of its leaves."""
        first, count = 0, len(tree.leaves)
        while count > 1:
            parts = tree.parts(first, count)
            values = [tree.value(*part) for part in parts]
            self.move("reveal", values)
            part = next(i for i, (f, n) in enumerate(parts) if f <= target < f + n)
            self.move("choose", values, part, sender=C)
            first, count = parts[part]

    def to_step(self, step):
        self.descend(self.trace.tree, step)
        self.move("revealStep", self.trace.step_tree(step).root, len(self.trace.steps[step]))

    def to_record(self, step, place):
        self.to_step(step)
        self.descend(self.trace.step_tree(step), place)
        self.record = self.trace.steps[step][place]
        self.move("revealRecord", self.record.form, *self.forms)

    @property
    def forms(self):
        tensors = self.record.inputs + self.record.outputs
        return [t.form for t in tensors] if len(tensors) == 3 else [b""] * 3

    def to_element(self, element):
        output = self.record.outputs[0]
        chunk = element // 256
        self.descend(output.content_tree, chunk)
        self.move("revealChunk", output.form, [output.opening(chunk)])
        self.move("chooseElement", element, sender=C)
        self.element = element

    def judge_element(self, sender=P):
        tensors = self.record.inputs + self.record.outputs
        self.move(
            "judgeElement", *self.forms, *(t.openings(self.element, 1) for t in tensors),
            sender=sender,
        )

    def to_block(self, sums, block):
        left, _, output = self.record.inputs + self.record.outputs
        self.sums = [word(value) for value in sums]
        self.move(
            "revealSums", left.form, output.form, output.openings(self.element, 1), self.sums
        )
        self.move("chooseBlock", self.sums, block, sender=C)
        self.block = block

    def judge_block(self, sender=P):
        left, right = self.record.inputs
        length = left.dimensions[1]
        row, column = divmod(self.element, right.dimensions[0])
        start = BLOCK * self.block
        count = min(BLOCK, length - start)
        self.move(
            "judgeBlock", self.sums, *self.forms, left.openings(row * length + start, count),
            right.openings(column * length + start, count), sender=sender,
        )

    @property
    def phase(self):
        return self.game.disputes(self.number)[4]

    def check(self, convicted):
        """The dispute is over, the money is where it belongs, and the job comes to its end."""
        market, bond = self.market, self.terms.provider_bond
        assert self.phase == (7 if convicted else 6)
        free = market.bonds.free(C.address, VERIFIER)
        assert free == 10**6 - (0 if convicted else CHALLENGE_BOND)
        if convicted:
            assert market.balance(C.address) == 10**9 - 10**6 + bond // 2
        else:
            assert market.balance(P.address) == 10**9 - 10**6 + CHALLENGE_BOND // 2
        advance(10_001)
        market.escrow.settle(self.job, sender=STRANGER)
        market.escrow.releaseBonds(self.job, 0, sender=STRANGER)
        assert market.state(self.job) == (SLASHED if convicted else SETTLED)
        assert market.bonds.free(P.address, PROVIDER) == 10**6 - (bond if convicted else 0)
        assert market.balance(market.escrow.address) == 0


def lie(record, element, bits):
    """The record with another output in one element."""
    output = record.outputs[0]
    values = list(output.values)
    values[element] = bits
    return replace(record, outputs=[Tensor(output.dimensions, values)])


# Element by element


@pytest.mark.parametrize("operator", ["ai.onnx.Add", "ai.onnx.Sub", "ai.onnx.Mul"])
@pytest.mark.parametrize("step, steps, place, records", [(0, 1, 0, 1), (17, 40, 20, 21)])
def test_a_lie_in_one_element_is_found(market, operator, step, steps, place, records):
    true = record(operator, random.Random(5), [30, 20], [30, 20])
    false = lie(true, 555, true.outputs[0].values[555] ^ 1)
    game = Game(market, trace_with(false, step, steps, place, records))

    game.to_record(step, place)
    game.to_element(555)
    game.judge_element(sender=C)

    game.check(convicted=True)


@pytest.mark.parametrize("operator", ["ai.onnx.Add", "ai.onnx.Sub", "ai.onnx.Mul"])
@pytest.mark.parametrize("element", [0, 255, 256, 599])
def test_the_truth_is_acquitted_wherever_it_is_doubted(market, operator, element):
    game = Game(
        market,
        trace_with(record(operator, random.Random(5), [30, 20], [30, 20]), 2, 5, 1, 3),
    )

    game.to_record(2, 1)
    game.to_element(element)
    game.judge_element()

    game.check(convicted=False)


# Dot products


@pytest.fixture(scope="module")
def product():
    return record(MATMUL, random.Random(6), [2, 700], [3, 700])


@pytest.mark.parametrize("lying_block", [0, 1, 2])
def test_a_liar_must_lie_in_a_block_and_is_found_there(market, product, lying_block):
    element = 4
    sums = block_sums(*product.inputs, 1, 1)
    sums[lying_block] ^= 0x00400000
    false = lie(product, element, fold(sums))
    assert false.outputs[0].values != product.outputs[0].values
    game = Game(market, trace_with(false, 3, 9, 2, 4))

    game.to_record(3, 2)
    game.to_element(element)
    game.to_block(sums, lying_block)
    game.judge_block(sender=C)

    game.check(convicted=True)
    print(f"gas of a verdict over 9 steps, 4 records, 700 multiply-adds: {game.gas}")


@pytest.mark.parametrize("element, block", [(0, 0), (4, 1), (5, 2)])
def test_a_true_product_is_acquitted(market, product, element, block):
    game = Game(market, trace_with(product, 3, 9, 2, 4))

    game.to_record(3, 2)
    game.to_element(element)
    game.to_block(block_sums(*product.inputs, *divmod(element, 3)), block)
    game.judge_block()

    game.check(convicted=False)


def test_sums_that_do_not_fold_to_the_element_are_refused(market, product):
    game = Game(market, trace_with(lie(product, 4, ONE), 0, 1, 0, 1))
    game.to_record(0, 0)
    game.to_element(4)
    true = block_sums(*product.inputs, 1, 1)

    for sums in (true, true[:2], [ONE, 0], []):
        with pytest.raises(Reverted):
            game.to_block(sums, 0)
    advance(MOVE_TIME + 1)
    game.game.timeOut(game.number, sender=STRANGER)
    game.check(convicted=True)


# What is not judged, and what can be nobody's truth


def test_an_operator_that_is_not_judged_is_not_doubted(market):
    game = Game(market, trace_with(filler(random.Random(1), 7), 0, 2, 0, 2))
    game.to_record(0, 0)
    game.check(convicted=False)


def test_broadcast_operands_are_not_judged(market):
    inputs = [random_tensor(random.Random(1), 3, 4), random_tensor(random.Random(2), 4)]
    output = random_tensor(random.Random(3), 3, 4)
    game = Game(market, trace_with(Record("ai.onnx.Add", inputs, [output]), 0, 2, 0, 2))
    game.to_record(0, 0)
    game.check(convicted=False)


@pytest.mark.parametrize("dimensions", [[1, 1, 1, 1, 2], [0]])
def test_tensors_of_other_ranks_are_not_judged(market, dimensions):
    tensor = Tensor(dimensions, [ONE] * dimensions[-1])
    trace = trace_with(Record("ai.onnx.Add", [tensor, tensor], [tensor]), 0, 1, 0, 1)
    game = Game(market, trace)
    game.to_record(0, 0)
    game.check(convicted=False)


def test_a_dot_product_that_is_too_long_is_not_judged(market):
    inputs = [Tensor([1, 16_385], [ONE] * 16_385), Tensor([1, 16_385], [ONE] * 16_385)]
    game = Game(
        market, trace_with(Record(MATMUL, inputs, [Tensor([1, 1], [0])]), 0, 1, 0, 1)
    )
    game.to_record(0, 0)
    game.check(convicted=False)


@pytest.mark.parametrize(
    "operator, shapes",
    [
        ("ai.onnx.Mul", ([2, 3], [2, 3], [3, 2])),
        (MATMUL, ([2, 3], [4, 3], [4, 2])),
        (MATMUL, ([2, 3], [4, 3], [8])),
    ],
)
def test_an_output_of_an_impossible_shape_convicts(market, operator, shapes):
    tensors = [random_tensor(random.Random(i), *shape) for i, shape in enumerate(shapes)]
    game = Game(market, trace_with(Record(operator, tensors[:2], tensors[2:]), 0, 2, 0, 2))
    game.to_record(0, 0)
    game.check(convicted=True)


# Who does not move


def play(game, moves):
    """The whole dispute about one element of a product, up to a number of moves."""
    done = 0

    class Enough(Exception):
        pass

    move = game.move

    def counted(*arguments, **keywords):
        nonlocal done
        if done == moves:
            raise Enough
        done += 1
        move(*arguments, **keywords)

    game.move = counted
    try:
        game.to_record(3, 2)
        game.to_element(4)
        game.to_block(block_sums(*game.record.inputs, 1, 1), 1)
        game.judge_block()
    except Enough:
        return False
    return True


def test_whoever_does_not_move_in_time_loses_at_every_move(market, product):
    trace = trace_with(product, 3, 20, 2, 4)
    moves, seen = 0, set()
    while True:
        with boa.env.anchor():
            game = Game(market, trace)
            if play(game, moves):
                break
            turn = game.game.disputes(game.number)[5]
            seen.add((game.phase, turn))
            advance(MOVE_TIME)
            with pytest.raises(Reverted, match="Disputes: too early"):
                game.game.timeOut(game.number, sender=STRANGER)
            advance(1)
            game.game.timeOut(game.number, sender=STRANGER)
            game.check(convicted=turn)
        moves += 1
    assert seen == {(1, True), (1, False), (2, False), (3, True), (4, False), (5, True)}


def test_nobody_moves_for_another_or_too_late(market, product):
    trace = trace_with(product, 3, 20, 2, 4)
    game = Game(market, trace)
    values = [trace.tree.value(*part) for part in trace.tree.parts(0, 20)]

    with pytest.raises(Reverted, match="Disputes: not your turn"):
        game.move("reveal", values, sender=C)
    with pytest.raises(Reverted, match="Disputes: not your turn"):
        game.move("choose", values, 0, sender=C)
    with pytest.raises(Reverted, match="Disputes: not your turn"):
        game.move("concede", sender=C)
    with pytest.raises(Reverted, match="Disputes: not a leaf"):
        game.move("revealStep", bytes(32), 1)
    game.move("reveal", values)
    with pytest.raises(Reverted, match="Disputes: not your turn"):
        game.move("choose", values, 0, sender=P)
    for wrong in (values[1:], values[::-1], []):
        with pytest.raises(Reverted, match="Disputes: wrong parts"):
            game.move("choose", wrong, 0, sender=C)
    with pytest.raises(Reverted, match="Disputes: no such part"):
        game.move("choose", values, 16, sender=C)
    advance(MOVE_TIME + 1)
    with pytest.raises(Reverted, match="Disputes: too late"):
        game.move("choose", values, 0, sender=C)


def test_parts_that_are_not_the_trees_are_refused(market, product):
    trace = trace_with(product, 3, 20, 2, 4)
    game = Game(market, trace)
    values = [trace.tree.value(*part) for part in trace.tree.parts(0, 20)]

    for wrong in ([*values[:-1], bytes(32)], values[::-1], values[:-1], []):
        with pytest.raises(Reverted):
            game.move("reveal", wrong)


def test_a_wrong_number_of_records_leads_nowhere(market, product):
    """Whoever says that a tree of four is one of eight cannot open its last part."""
    trace = trace_with(product, 0, 1, 2, 4)
    game = Game(market, trace)
    tree = trace.step_tree(0)
    game.move("revealStep", tree.root, 8)

    with pytest.raises(Reverted, match="Referee: wrong number of parts"):
        game.move("reveal", [tree.value(*part) for part in tree.parts(0, 4)])
    with pytest.raises(Reverted, match="Disputes: not a leaf"):
        game.move("revealRecord", trace.steps[0][0].form, b"", b"", b"")


def test_whoever_has_to_move_may_give_up(market, product):
    game = Game(market, trace_with(product, 3, 20, 2, 4))
    game.move("concede")
    game.check(convicted=True)
    with pytest.raises(Reverted, match="Disputes: wrong phase"):
        game.move("concede")
    with pytest.raises(Reverted, match="Disputes: wrong phase"):
        game.game.timeOut(game.number, sender=STRANGER)


def test_a_challenge_needs_a_bond(market, product):
    job = market.running()
    market.commit(job, 10)

    with pytest.raises(Reverted, match="Bonds: insufficient bond"):
        market.game.open(job, 0, sender=CLIENT.address)
    with pytest.raises(Reverted, match="JobEscrow: no such checkpoint"):
        market.game.open(job, 1, sender=C.address)


def test_a_verifier_that_attested_a_lie_is_slashed_too(market):
    true = record("ai.onnx.Mul", random.Random(5), [4], [4])
    trace = trace_with(lie(true, 2, ONE), 0, 1, 0, 1)
    terms = Terms(steps=2, honest_cost=0, challenge_window=10_000)
    job = market.running(terms)
    market.commit(job, 1, root=trace.tree.root)
    market.escrow.attest(job, 0, sender=VERIFIERS[0].address)
    before = market.balance(CLIENT.address)
    number = market.game.open(job, 0, sender=C.address)
    market.game.concede(number, sender=P.address)

    assert market.bonds.free(VERIFIERS[0].address, VERIFIER) == 10**6 - terms.verifier_bond
    slashed = (terms.provider_bond, terms.verifier_bond)
    assert market.balance(C.address) == 10**9 - 10**6 + sum(bond // 2 for bond in slashed)
    assert market.balance(CLIENT.address) == before + sum(bond // 4 for bond in slashed)
    burned = sum(bond - bond // 2 - bond // 4 for bond in slashed)
    assert market.token.totalSupply() == SUPPLY - burned
