"""What a price is made of: the money that is paid for something, followed to those who keep it.

Whoever earns spends what he earns; so what is paid for a good ends in costs and rents, in the shares in which its suppliers
spend, and their suppliers. With W the share of its money that each row and column passes on to each other one, and S the
share that it spends on each source, the composition of all is the solution P of P = W P + S, one sparse linear system.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sparse
from scipy.sparse.csgraph import breadth_first_order
from scipy.sparse.linalg import splu

from planner.explaining.money import Flows, flows
from planner.explaining.sources import Source, bound_rents, cost_sources, row_rents
from planner.highs import Optimum
from planner.instance import Instance
from planner.lp import LinearProgram, Vector

#: A payment that is a smaller share of what its payer spends is what rounding leaves.
_ROUNDING = 1e-13


@dataclass(frozen=True)
class Composition:
    """Shares of the money of each column (first) and row (after them) that go to each source.

    `passed` (nodes by nodes) and `spent` (nodes by sources) are W and S; `earned` has what each node takes in and `asked`
    what of it comes from outside the program, in GUSD at the base year. Each row of W and S together sums to one.
    """

    sources: list[Source]
    passed: Any
    spent: Any
    earned: Vector
    asked: Vector

    def of(self, nodes: Any) -> Any:
        """The composition of some nodes: nodes by sources, no entry negative.

        Each row sums to one, or to zero where it passes on nothing.
        """
        reached = _reached(self.passed, nodes)
        shares = np.zeros((self.passed.shape[0], len(self.sources)))
        shares[reached] = _solve(self.passed[reached][:, reached], self.spent[reached].toarray())
        return shares[nodes]

    @cached_property
    def payments(self) -> Any:
        """What comes from outside, by who pays it, followed to the sources: a vector of GUSD, one a source."""
        payers = np.flatnonzero(self.asked > 0)
        return self.asked[payers] @ self.of(payers)


def compose(instance: Instance, program: LinearProgram, optimum: Optimum) -> Composition:
    """Follow all the money of an optimum."""
    moved = flows(program, optimum)
    columns = program.matrix.shape[1]
    sources, spent, brought = _outside(instance, program, moved)
    passed = sparse.block_array([[None, moved.paid.T], [moved.earned, None]], format="csr")
    total = passed.sum(axis=1) + spent.sum(axis=1)
    scale = sparse.diags_array(np.divide(1.0, total, out=np.zeros_like(total), where=total > 0))
    earned = np.concatenate([moved.earned.sum(axis=0) + brought[:columns], moved.paid.sum(axis=1) + moved.asked])
    asked = np.concatenate([brought, moved.asked])
    return Composition(sources, *_rounded(scale @ passed, scale @ spent), earned, asked)


def _outside(instance: Instance, program: LinearProgram, moved: Flows) -> tuple[list[Source], Any, Vector]:
    """Sources, what every node spends on each, and what columns bring in from outside: what is sold."""
    rows, columns = program.matrix.shape
    entries: list[tuple[float, int, Source]] = []
    brought = np.zeros(columns)
    for source, cost in cost_sources(instance, program).items():
        paid = cost * moved.values
        brought -= np.minimum(paid, 0.0)
        entries += [(paid[j], int(j), source) for j in np.flatnonzero(paid > 0)]
    entries += [(moved.bound_rent[j], j, source) for j, source in bound_rents(program, moved.bound_rent)]
    entries += [(moved.rent[i], columns + i, source) for i, source in row_rents(program, moved.rent)]
    sources = sorted({source for _, _, source in entries})
    at = {source: i for i, source in enumerate(sources)}
    money, node, kind = zip(*((paid, j, at[source]) for paid, j, source in entries), strict=True) if entries else ((), (), ())
    return sources, sparse.csr_array((money, (node, kind)), shape=(rows + columns, len(sources))), brought


def _rounded(passed: Any, spent: Any) -> tuple[Any, Any]:
    """The shares without those that rounding leaves, summing to one again."""
    for shares in (passed, spent):
        shares.data[shares.data < _ROUNDING] = 0.0
        shares.eliminate_zeros()
    total = passed.sum(axis=1) + spent.sum(axis=1)
    scale = sparse.diags_array(np.divide(1.0, total, out=np.zeros_like(total), where=total > 0))
    return sparse.csr_array(scale @ passed), sparse.csr_array(scale @ spent)


def _reached(passed: Any, nodes: Any) -> Any:
    """The nodes that some nodes' money comes to, these included."""
    start = passed.shape[0]
    first = sparse.csr_array((np.ones(len(nodes)), (np.zeros(len(nodes), int), nodes)), shape=(1, start))
    graph = sparse.block_array([[passed, None], [first, sparse.csr_array((1, 1))]], format="csr")
    order = breadth_first_order(graph, start, return_predecessors=False)
    return np.sort(order[order != start])


def _solve(passed: Any, spent: Any) -> Any:
    """P of P = W P + S, refined once, each row scaled to the sum of one that it has but for rounding.

    A row whose money is itself what rounding leaves, and so passes on none, has no composition: zeros.
    """
    system = sparse.csc_array(sparse.eye_array(passed.shape[0]) - passed)
    factors = splu(system)
    shares = factors.solve(spent)
    shares = np.maximum(shares + factors.solve(spent - system @ shares), 0.0)
    total = shares.sum(axis=1, keepdims=True)
    return np.divide(shares, total, out=np.zeros_like(shares), where=total > 0)
