"""Pages read as a browser reads them."""

from __future__ import annotations

import json

import html5lib

NAMESPACE = '{http://www.w3.org/1999/xhtml}'


def parsed(page):
    """Return the tree of a page; what is not valid HTML fails."""
    return html5lib.HTMLParser(strict=True).parse(page)


def elements(page, name):
    """Return all elements of a kind."""
    return list(parsed(page).iter(f'{NAMESPACE}{name}'))


def text_of(page):
    """Return all text that is shown, in one line."""
    body = parsed(page).find(f'{NAMESPACE}body')
    for script in body.iter(f'{NAMESPACE}script'):
        script.text = ''
    shown = body.itertext()
    return ' '.join(' '.join(shown).split())


def sources(page):
    """Return the sources of all pictures."""
    return [element.get('src') for element in elements(page, 'img')]


def curves_of(page):
    """Return what the curves are drawn from."""
    (block,) = (element for element in elements(page, 'script') if element.get('id') == 'losses')
    return json.loads(block.text)
