"""A template loader that renders what is constant once, when a template is compiled.

With one language, a sentence of the interface is the same on every page, but Django resolves,
escapes and joins each of the fifty or so of a page for every response.
"""

from collections.abc import Iterator

from django.conf import settings
from django.template.base import Node, NodeList, Origin, Template, TextNode
from django.template.defaulttags import IfNode
from django.template.loaders import cached
from django.templatetags.i18n import TranslateNode


class Loader(cached.Loader):
    """Keep compiled templates, with their constant nodes folded into text."""

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        is_new = self.cache_key(template_name, skip) not in self.get_template_cache
        template = super().get_template(template_name, skip)
        if is_new and not settings.USE_I18N:
            fold(template.nodelist)
        return template


def fold(nodes: NodeList) -> None:
    """Replace constant nodes by text, and text beside text by one node, here and inside."""
    folded: list[Node] = []
    for node in nodes:
        if (text := constant_text(node)) is None:
            for inner in node_lists(node):
                fold(inner)
            folded.append(node)
        elif folded and isinstance(folded[-1], TextNode):
            folded[-1] = text_node(folded[-1].s + text, folded[-1])
        else:
            folded.append(text_node(text, node))
    nodes[:] = folded


def constant_text(node: Node) -> str | None:
    """Return the text that a node always renders; None if it depends on the context."""
    if isinstance(node, TextNode):
        return node.s
    if isinstance(node, TranslateNode) and not node.asvar:
        sentence = node.filter_expression
        literal = getattr(sentence.var, "literal", None)
        return literal if isinstance(literal, str) and not sentence.filters else None
    return None


def text_node(text: str, like: Node) -> TextNode:
    """Return a text node with the place of another one in its template."""
    node = TextNode(text)
    node.token, node.origin = like.token, like.origin
    return node


def node_lists(node: Node) -> Iterator[NodeList]:
    """Yield the lists of nodes inside a node."""
    if isinstance(node, IfNode):
        yield from (inner for _condition, inner in node.conditions_nodelists)
        return
    yield from (value for value in vars(node).values() if isinstance(value, NodeList))
