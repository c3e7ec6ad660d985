"""Every `/` whose operands may both be integers, made a call, in a tree of a Python 2 script."""

from __future__ import annotations

from typing import Any

from .syntax import NAME, call, syntax


def change_division(tree: Any) -> None:
    """Make every `/` whose operands may both be integers a call."""
    _, symbols, _ = syntax()
    for node in list(tree.post_order()):
        if node.type == symbols.term and '/' in [str(child).strip() for child in node.children[1::2]]:
            _change_term(node)
        elif node.type == symbols.expr_stmt and str(node.children[1]).strip() == '/=':
            _change_augmented(node)


def _change_term(node: Any) -> None:
    """Change `a * b / c`, which is one node of five children, from left to right."""
    trees, symbols, _ = syntax()
    prefix = node.prefix
    parts = list(node.children)
    for part in parts:
        part.remove()
    value = parts[0]
    for operator, operand in zip(parts[1::2], parts[2::2]):
        if str(operator).strip() == '/' and not (_is_float(value) or _is_float(operand)):
            value = call('divide', [value, operand])
        elif value.type == symbols.term:
            value.append_child(operator)
            value.append_child(operand)
        else:
            value = trees.Node(symbols.term, [value, operator, operand])
    value.prefix = prefix
    node.replace(value)


def _change_augmented(node: Any) -> None:
    """Change `target /= value`; what the target is found by is computed once."""
    trees, symbols, tokens = syntax()
    target, operator, value = node.children
    if _is_float(value):
        return
    last = str(target.children[-1]).strip() if target.type == symbols.power else ''
    if not last:
        operator.value = '='
        value.replace(call('divide_in_place', [target, value], prefix=value.prefix))
        return
    owner = target.clone()
    owner.children[-1].remove()
    if len(owner.children) == 1:
        owner = owner.children[0].clone()
    is_item = last.startswith('[')
    key = f'{NAME}.index{last}' if is_item else repr(last.lstrip('. '))
    arguments = [owner, trees.Leaf(tokens.NAME, key), value]
    node.replace(call('divide_item' if is_item else 'divide_attribute', arguments, prefix=node.prefix))


def _is_float(node: Any) -> bool:
    """Return whether an expression is a float, or an array or a tensor of floats, whatever its names are."""
    _, symbols, tokens = syntax()
    if node.type == tokens.NUMBER:
        return any(sign in node.value for sign in '.eEj') and not node.value.lower().startswith('0x')
    if node.type == symbols.factor:
        return _is_float(node.children[-1])
    if node.type == symbols.atom and str(node.children[0]).strip() == '(' and len(node.children) == 3:
        return _is_float(node.children[1])
    if node.type == symbols.power:
        is_call = len(node.children) == 2 and str(node.children[0]).strip() == 'float'
        return is_call or (str(node.children[-2]) == '**' and _is_float(node.children[-1]))
    if node.type in (symbols.term, symbols.arith_expr):
        return not any('%' in str(child) for child in node.children[1::2]) and any(
            _is_float(child) for child in node.children[::2]
        )
    return False
