"""Links and pictures in rich text: stored by key, resolved when a page is rendered."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from publishing.content.text_references import Outline, reference, render
from publishing.models import Picture, Revision
from publishing.revisions.diff import differences
from publishing.revisions.drafts import write
from publishing.revisions.models import Action
from publishing.revisions.snapshots import take
from publishing.staff.picture_usage import in_use_q, uses_of
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def link(target, text="there"):
    """Return a link in its stored form."""
    name = target if isinstance(target, str) else reference(target)
    return f'<a href="{name}" rel="noopener noreferrer">{text}</a>'


def figure(picture):
    return f'<figure data-picture="{getattr(picture, "pk", picture)}"></figure>'


def shown(html):
    """Return the rendered form of a submitted text."""
    return render(factories.page(body=html).body)


def test_a_link_leads_to_each_kind_of_record():
    city = factories.city(name="Fez")
    for record in [
        city,
        city.country,
        factories.intake(year=2024),
        factories.theme(),
        factories.network(),
        factories.organisation(),
        factories.news_item(),
        factories.event(),
        factories.page(),
    ]:
        html = shown(f"<p>See {link(record)}.</p>")
        assert html == f'<p>See <a href="{record.get_absolute_url()}">there</a>.</p>'


def test_a_link_follows_a_changed_address(client):
    city = factories.city(name="Fez")
    page = factories.page(title="About", body=f"<p>{link(city, '<strong>Fez</strong>')}</p>")
    city.slug = "fes"
    city.save()
    response = client.get(page.get_absolute_url())
    assert '<p><a href="/cities/fes/"><strong>Fez</strong></a></p>' in response.text


@pytest.mark.parametrize(
    "target",
    [
        "record:cities.city:999",
        "record:cities.city:" + "9" * 30,
        "record:cities.city:GB",
        "record:cities.award:1",
        "record:accounts.user:1",
        "record:nothing.at_all:1",
        "record:cities.city",
        "record:javascript:go()",
        "record:",
    ],
)
def test_a_link_to_a_missing_record_is_plain_text(target):
    assert shown(f"<p>See {link(target)} now.</p>") == "<p>See there now.</p>"


def test_a_link_to_a_hidden_record_is_plain_text():
    hidden = factories.city(published_at=None)
    trashed = factories.network(trashed_at=factories.LONG_AGO)
    empty = factories.country(name="Nowhere")
    html = "".join(f"<p>{link(record)}</p>" for record in (hidden, trashed, empty))
    assert shown(html) == "<p>there</p>" * 3


def test_a_title_with_special_characters_does_not_break_a_reference():
    city = factories.city(name="Fez")
    html = f'<p><a title="a > b" href="{reference(city)}">Fez</a></p>'
    assert shown(html) == '<p><a href="/cities/fez/">Fez</a></p>'


def test_a_library_picture_comes_with_its_formats_text_and_credit():
    picture = factories.picture(
        alternative_text="Readers & “dome”", credit="A. Person", licence="CC BY 4.0"
    )
    html = shown(f"<p>One</p>{figure(picture)}<p>Two</p>")
    before, inside, after = html.partition("<figure")[0], html, html.rpartition("</figure>")[2]
    assert (before, after) == ("<p>One</p>", "<p>Two</p>")
    assert '<source type="image/avif" srcset="/media/__processed__/' in inside
    assert 'alt="Readers &amp; “dome”" loading="lazy"' in inside
    assert "A. Person, CC BY 4.0</figcaption>" in inside
    assert "data-picture" not in inside


def test_a_picture_has_its_caption_before_its_credit():
    picture = factories.picture(credit="A. Person")
    city = factories.city(name="Fez")
    caption = f"The dome of {link(city, 'Fez')} &amp; <em>more</em>"
    html = shown(f'<figure data-picture="{picture.pk}"><figcaption>{caption}</figcaption></figure>')
    assert html.count("<figcaption") == 1
    assert (
        '<figcaption class="caption"><span class="caption-text">The dome of '
        '<a href="/cities/fez/">Fez</a> &amp; <em>more</em></span> A. Person</figcaption>'
    ) in html


def test_a_video_is_a_link_to_another_site_and_nothing_else():
    html = shown(
        '<figure data-video="https://www.youtube.com/watch?v=1&amp;t=2">'
        '<figcaption>A <a href="/x">film</a> &amp; more</figcaption></figure>'
    )
    assert '<a href="https://www.youtube.com/watch?v=1&amp;t=2" rel="external noreferrer">' in html
    assert '<span class="video-title">A film &amp; more</span>' in html
    assert '<span class="video-host">Watch on youtube.com (opens another site)</span>' in html
    assert not any(tag in html for tag in ("<iframe", "<img", "<video", "<script"))
    assert html.count("<a ") == 1


def test_a_video_may_have_a_picture_of_the_library():
    picture = factories.picture(alternative_text="Readers")
    video = "<figure data-video='https://x.org/a' data-picture='{}'>Film</figure>"
    html = shown(video.format(picture.pk))
    assert f'<img src="{picture.cover.url}"' in html
    assert 'alt=""' in html
    assert "<img" not in shown(video.format(999))
    assert "Film" in shown(video.format(999))


def test_pictures_with_captions_and_of_videos_are_in_use():
    caption, poster, free = (factories.picture() for _number in range(3))
    factories.page(
        body=f'<figure data-picture="{caption.pk}"><figcaption>Words</figcaption></figure>'
        f'<figure data-video="https://x.org/a" data-picture="{poster.pk}">Film</figure>'
    )
    assert set(Picture.objects.filter(in_use_q())) == {caption, poster}
    assert [len(uses_of(picture)) for picture in (caption, poster, free)] == [1, 1, 0]


def test_a_call_out_is_a_note_to_screen_readers():
    html = shown('<aside class="callout"><p>Note</p></aside>')
    assert html == '<aside class="callout" role="note"><p>Note</p></aside>'


def test_a_diff_names_captions_sources_and_videos():
    page = factories.page(body="<p>Words</p>")
    picture = factories.picture(title="The dome")
    old = take(page)
    page.body = (
        f'<figure data-picture="{picture.pk}"><figcaption>At night</figcaption></figure>'
        '<figure data-video="https://x.org/a?b&amp;c"><figcaption>Film</figcaption></figure>'
        "<blockquote><p>Said</p><footer>By her</footer></blockquote>"
        '<aside class="callout"><p>H<sub>2</sub>O</p></aside>'
    )
    page.save()
    [difference] = differences(type(page), old, take(page))
    assert [line for line in difference.new.split("\n") if line] == [
        "[Picture: The dome]", "At night", "[Video: https://x.org/a?b&c]", "Film",
        "Said", "By her", "H2O",
    ]  # fmt: skip


def test_a_missing_picture_leaves_no_markup():
    assert shown(f"<p>One</p>{figure(999)}<p>Two</p>") == "<p>One</p><p>Two</p>"


def test_a_picture_follows_its_replaced_file():
    picture = factories.picture()
    page = factories.page(body=figure(picture))
    old = render(page.body)
    picture.file.save("other.jpg", factories.upload("other.jpg"))
    picture.refresh_from_db()
    new = render(page.body)
    assert picture.cover.url in new
    assert picture.cover.url not in old


def queries_of(html):
    with CaptureQueriesContext(connection) as queries:
        render(html)
    return len(queries)


def test_references_are_resolved_with_one_query_for_each_kind():
    assert queries_of('<p>Words and <a href="/cities/">a link</a></p>') == 0
    for size in (1, 30):
        html = "".join(link(factories.city()) + link(factories.network()) for _ in range(size))
        html += "".join(figure(factories.picture()) for _ in range(size))
        assert queries_of(html) == 3


def test_a_snapshot_restores_references():
    page = factories.page(body=f"<p>{link(factories.city())}</p>{figure(factories.picture())}")
    old, body = take(page), page.body
    page.body = "<p>Other</p>"
    page.save()
    assert write(page, old, Action.RESTORED) == []
    page.refresh_from_db()
    assert page.body == body


def test_a_diff_names_addresses_and_pictures():
    page = factories.page(body="<p>Words</p>")
    city, picture = factories.city(name="Fez"), factories.picture(title="The dome")
    old = take(page)
    page.body = f"<p>Words in {link(city, 'Fez')}</p>{figure(picture)}{figure(999)}"
    page.save()
    [difference] = differences(type(page), old, take(page))
    assert difference.new == (
        "Words in Fez (/cities/fez/)\n[Picture: The dome]\n[Picture: (deleted)]"
    )
    assert Revision.objects.count() == 0


WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns="http://www.w3.org/TR/REC-html40">
<head><meta name=Generator content="Microsoft Word 15"><!--[if gte mso 9]><xml><w:WordDocument>
<w:View>Normal</w:View></w:WordDocument></xml><![endif]--><style><!-- p.MsoNormal {margin:0cm;}
--></style></head><body lang=EN-GB style='tab-interval:36.0pt'><!--StartFragment-->
<h1>Skills for all<o:p></o:p></h1>
<p class=MsoNormal style='margin-bottom:8pt'><b><span style='font-size:12.0pt'>Wakefield</span></b>
<span style='mso-spacerun:yes'>&nbsp;</span>joined <i>in</i> 2024.<o:p></o:p></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<table class=MsoTableGrid border=1><tr style='mso-yfti-irow:0'><td width=301 valign=top
style='width:225.4pt'><p class=MsoNormal>Year<o:p></o:p></p></td></tr></table>
<!--EndFragment--></body></html>"""


def test_text_pasted_from_word_is_cleaned():
    """As for the clipboard, so for an import or a form without JavaScript."""
    assert factories.page(body=WORD).body == (
        "<h2>Skills for all</h2>"
        "<p><strong>Wakefield</strong> &nbsp;joined <em>in</em> 2024.</p>"
        "<table><tbody><tr><td><p>Year</p></td></tr></tbody></table>"
    )


@pytest.mark.parametrize(("digits", "kept"), [(18, True), (19, False), (30, False)])
def test_a_picture_key_of_more_digits_than_a_database_holds_is_not_stored(digits, kept):
    figure = f'<figure data-picture="{"7" * digits}"></figure>'
    city = factories.city(profile=f"<p>Before</p>{figure}<p>After</p>")
    city.refresh_from_db()
    assert city.profile == f"<p>Before</p>{figure if kept else ''}<p>After</p>"


def test_the_outline_of_a_text_has_its_headings_and_links():
    outline = Outline(
        '<h2>One</h2><p><a href="/a/">a <strong>link</strong></a></p><h4>Two &amp; a half</h4>'
        '<figure data-picture="7"></figure><figure data-video="https://x.org/a" data-picture="8">'
        "<figcaption>A <em>film</em></figcaption></figure>"
    )
    assert outline.videos == [("https://x.org/a", "A film")]
    assert outline.headings == [(2, "One"), (4, "Two & a half")]
    assert outline.links == [("/a/", "a link")]
    assert outline.pictures == ["7", "8"]
