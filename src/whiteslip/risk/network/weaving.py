"""From links to communities, in columns: caps, fading, components, and communities inside large components."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, cast

import numpy as np
from scipy.sparse import coo_array, csgraph

from whiteslip.risk.network import rules
from whiteslip.risk.network.model import (
    KINDS,
    Array,
    Links,
    Member,
    People,
    Ring,
    Shared,
    Terms,
    Woven,
)


def weave(links: Links, terms: Terms, *, on: date) -> Woven:
    """Group linked accounts into communities; the same links in any order give the same answer.

    A thing shared by more accounts than its kind allows, ever, says nothing and is left out as a whole, and so are
    links that have faded. A component up to `split_above` accounts is one community; a larger one is split.
    """
    order = np.lexsort((links.accounts, links.entities, links.kinds))
    links = Links(*(column[order] for column in links))
    weights = weigh(links, terms, on=on)
    kept = _within_caps(links, weights, terms)
    links, weights = Links(*(column[kept] for column in links)), weights[kept]
    accounts, account = np.unique(links.accounts, return_inverse=True)
    entity = _entity_numbers(links)
    groups = _groups(account, entity, weights, len(accounts), terms)
    return Woven(accounts, groups, account, entity, links.kinds, weights, links.first_on)


def weigh(links: Links, terms: Terms, *, on: date) -> Array:
    """Weigh each link by its kind, halved for every half-life since it was last seen."""
    base = np.array([terms.kinds[kind].weight for kind in KINDS])
    half = np.array([terms.kinds[kind].half_life_days for kind in KINDS], dtype=float)
    age = np.maximum((np.datetime64(on, "D") - links.last_on).astype(float), 0.0)
    return base[links.kinds] * 0.5 ** (age / half[links.kinds])


def candidates(woven: Woven, people: People, terms: Terms, *, on: date) -> Iterator[Ring]:
    """Measure the communities in which something may speak against their members, the lowest number first.

    Who is not among `people` any more counts for nothing. Only communities of a ring's size are measured.
    """
    if not len(people.accounts):
        return
    place = np.searchsorted(people.accounts, woven.accounts)
    place = np.minimum(place, len(people.accounts) - 1)
    is_here = people.accounts[place] == woven.accounts
    wanted = _worth_a_look(woven, people, place, is_here, terms)
    first_on = _first_uses(woven)
    links = np.flatnonzero(wanted[woven.groups[woven.account]] & is_here[woven.account])
    links = links[np.argsort(woven.groups[woven.account[links]], kind="stable")]
    for block in _runs(links, woven.groups[woven.account[links]]):
        inside = np.unique(woven.account[block])
        if not terms.ring.least_members <= len(inside) <= terms.ring.most_members:
            continue
        members = tuple(
            Member(
                int(woven.accounts[one]),
                people.joined_on[place[one]].item(),
                first_on[one].item(),
                bool(people.is_bad[place[one]]),
            )
            for one in inside
        )
        shared = _shared(woven, block)
        yield Ring(members, shared, rules.find(members, shared, terms, on=on))


def _entity_numbers(links: Links) -> Array:
    """Number the things in links that lie sorted by kind and entity."""
    if not len(links.kinds):
        return np.zeros(0, dtype=np.int64)
    fresh = (np.diff(links.kinds) != 0) | (np.diff(links.entities) != 0)
    return np.concatenate(([0], np.cumsum(fresh)))


def _within_caps(links: Links, weights: Array, terms: Terms) -> Array:
    entity = _entity_numbers(links)
    most = np.array([terms.kinds[kind].most_accounts for kind in KINDS])
    ever = np.bincount(entity)
    live = weights >= terms.least_weight
    shared = np.bincount(entity[live], minlength=len(ever))
    return live & (ever[entity] <= most[links.kinds]) & (shared[entity] >= 2)


def _groups(account: Array, entity: Array, weights: Array, count: int, terms: Terms) -> Array:
    if not count:
        return np.zeros(0, dtype=np.int64)
    nodes = count + int(entity.max()) + 1
    graph = coo_array((np.ones(len(account), np.int8), (account, entity + count)), (nodes, nodes))
    found = cast(
        "tuple[int, Array]", cast("Any", csgraph).connected_components(graph, directed=False)
    )
    component = found[1][:count].astype(np.int64)
    is_large = np.bincount(component)[component] > terms.split_above
    inside = np.flatnonzero(is_large[account])
    if not len(inside):
        return component
    labels = communities(
        account[inside], entity[inside], weights[inside], component, rounds=terms.rounds
    )
    groups = np.where(is_large, labels[:count] + int(found[0]), component)
    return np.unique(groups, return_inverse=True)[1]


def communities(
    account: Array, entity: Array, weights: Array, component: Array, *, rounds: int
) -> Array:
    """Split components by modularity of a two-sided graph (Barber 2007): what an account shares beyond chance.

    Accounts and things take turns in choosing the label that serves them best; within a side no choice touches another,
    so each turn raises the modularity of each component, and it ends. Ties go to the lower label. One label an account.
    """
    size = len(component)
    of_account = np.bincount(account, weights, minlength=size)
    of_entity = np.bincount(entity, weights)
    total = np.bincount(component[account], weights, minlength=int(component.max()) + 1)
    link_total = total[component[account]]
    entity_labels = np.arange(len(of_entity))
    labels = np.full(size, -1, dtype=np.int64)
    for _ in range(rounds):
        before = labels
        load = np.bincount(entity_labels, of_entity)
        chances = of_account[account] * load[entity_labels[entity]] / link_total
        labels = _choose(account, entity_labels[entity], weights, chances, labels)
        if np.array_equal(before, labels):
            break
        load = np.bincount(np.maximum(labels, 0), of_account, minlength=len(of_entity))
        chances = of_entity[entity] * load[labels[account]] / link_total
        entity_labels = _choose(entity, labels[account], weights, chances, entity_labels)
    return labels


def _choose(nodes: Array, offered: Array, weights: Array, chances: Array, labels: Array) -> Array:
    """Give each node the label its links gain most by, beyond what its and the label's strength make likely."""
    order = np.lexsort((offered, nodes))
    node, label = nodes[order], offered[order]
    starts = np.flatnonzero(np.concatenate(([True], (np.diff(node) != 0) | (np.diff(label) != 0))))
    node, label = node[starts], label[starts]
    gains = np.round(np.add.reduceat(weights[order], starts) - chances[order][starts], 9)
    best = np.lexsort((label, -gains, node))
    first = best[np.concatenate(([True], np.diff(node[best]) != 0))]
    chosen = labels.copy()
    chosen[node[first]] = label[first]
    return chosen


def _worth_a_look(
    woven: Woven, people: People, place: Array, is_here: Array, terms: Terms
) -> Array:
    """Mark the groups that may show a sign: as many bad members, or as many who joined together, as a sign needs."""
    ring = terms.ring
    count = int(woven.groups.max()) + 1 if len(woven.groups) else 0
    here = np.flatnonzero(is_here)
    groups, size = woven.groups[here], np.bincount(woven.groups[here], minlength=count)
    bad = np.bincount(groups, people.is_bad[place[here]], minlength=count)
    joined = people.joined_on[place[here]].astype(np.int64)
    order = np.lexsort((joined, groups))
    begins = np.cumsum(size) - size
    middles = np.zeros(count, dtype=np.int64)
    has = size > 0
    middles[has] = joined[order][(begins + size // 2)[has]]
    near = np.abs(joined - middles[groups]) <= ring.window_days / 2
    together = np.bincount(groups, near, minlength=count)
    is_sized = (size >= ring.least_members) & (size <= ring.most_members)
    return is_sized & ((bad >= ring.least_bad) | (together >= ring.synchronous_share * size))


def _first_uses(woven: Woven) -> Array:
    first = np.full(len(woven.accounts), np.iinfo(np.int64).max)
    np.minimum.at(first, woven.account, woven.first_on.astype(np.int64))
    return first.astype("datetime64[D]")


def _shared(woven: Woven, block: Array) -> tuple[Shared, ...]:
    """List what members of one group share, in the order of kinds and things."""
    block = block[np.lexsort((woven.account[block], woven.entity[block]))]
    found = [
        Shared(
            KINDS[int(woven.kind[run[0]])],
            tuple(int(one) for one in woven.accounts[woven.account[run]]),
            round(float(woven.weight[run].max()), 4),
        )
        for run in _runs(block, woven.entity[block])
    ]
    return tuple(one for one in found if len(one.members) > 1)


def _runs(values: Array, keys: Array) -> Iterator[Array]:
    """Cut values where their key, which lies sorted, changes."""
    if len(values):
        yield from np.split(values, np.flatnonzero(np.diff(keys)) + 1)
