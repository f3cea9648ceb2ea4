"""Words that files use for the columns of tables.

In English, French, Spanish, Russian, Chinese and Arabic; those of lists of cities also in German,
Italian, Portuguese, Turkish, Japanese and Korean. All are compared folded, and “/” stands between
them. The first of the columns that a kind of record has is meant.
"""

from __future__ import annotations

from functools import cache

from django.db import models

from publishing.content.folding import fold

# Kind of record → words for its name.
NAMES = {
    "city": """
        city / city name / name of city / name of the city / town / municipality / place /
        place name / learning city / member city / local authority / city ascii / commune /
        ville / nom de la ville / nom de ville / municipalité / collectivité /
        ville membre / ciudad / nombre de la ciudad / municipio / localidad /
        ciudad miembro / город / название города / наименование города / населенный пункт /
        муниципалитет /
        城市 / 城市名称 / 城市名 / 市 / 都市 / مدينة / المدينة / اسم المدينة / البلدية /
        stadt / name der stadt / stadtname / ort / kommune / gemeinde / città / comune /
        nome della città / cidade / nome da cidade / concelho / şehir / kent / belediye /
        şehir adı / 都市名 / 市町村 / 도시 / 도시명 / 시
    """,
    "country": """
        country / country name / name of country / state / member state / short name /
        english short name / pays / nom du pays / état membre / país / nombre del país /
        estado miembro / страна / название страны / государство / государство член / 国家 /
        国家名称 / 国名 / دولة / الدولة / البلد / اسم البلد / بلد
    """,
    "organisation": """
        organisation / organization / organisation name / organization name / institution /
        university / university name / school / college / company / partner / organisme /
        établissement / université / école / partenaire / organización / institución /
        universidad / escuela / entidad / socio / организация / название организации /
        учреждение / университет / школа / партнер / 组织 / 机构 / 机构名称 / 大学 / 学校 / منظمة /
        المنظمة / مؤسسة / المؤسسة / جامعة / الجامعة
    """,
    "network": """
        network / network name / netzwerk / rete / rede / réseau / nom du réseau / red /
        nombre de la red / сеть /
        название сети / 网络 / 网络名称 / شبكة / الشبكة / اسم الشبكة
    """,
    "event": """
        event / event name / event title / title / événement / évènement / titre /
        manifestation / evento / título / acto / событие / мероприятие /
        название мероприятия / 活动 / 活动名称 / 事件 / فعالية / الفعالية / حدث / الحدث / عنوان
    """,
    "theme": """
        theme / topic / thematic cluster / thème / tema / тема / 主题 / موضوع / الموضوع
    """,
}
ANY_NAME = """
    name / english name / name english / name in english / name en / full name / nom /
    dénomination / intitulé / nombre / denominación / название / наименование / имя / 名称 /
    名字 / اسم / الاسم
"""
COUNTRIES = """
    country name / country territory / country or territory / country code / nation /
    member state / iso2 / iso3 / iso country / alpha 2 / alpha 3 / cc / pays / code pays /
    pays membre / état membre / país / código de país / estado miembro / страна /
    код страны / государство / 国家 / 国家地区 / 国别 / 国 / بلد / البلد / دولة / الدولة /
    رمز البلد / land / staat / länder / paese / stato / ülke / 国名 / 국가 / 나라 / 국가명
"""
WORDS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("name", "title"), ANY_NAME),
    (("country",), COUNTRIES),
    (
        ("code",),
        """
        iso / iso2 / iso code / iso 3166 / iso 3166 1 alpha 2 / alpha 2 / alpha 2 code /
        country code / code pays / code iso / código / código de país / код / код страны /
        代码 / 国家代码 / رمز
        """,
    ),
    (
        ("region",),
        """
        region / unesco region / région / région de l'unesco / región / регион / 地区 / 区域 /
        منطقة / المنطقة
        """,
    ),
    (
        ("subdivision",),
        """
        subcountry / subdivision / admin / admin1 / admin name / state / province / region /
        county / département / région / état / provincia / región / departamento / estado /
        bundesland / provinz / kanton / regione / provincia / estado / distrito / il / bölge /
        都道府県 / 시도 / comunidad autónoma / регион / область / край / провинция / 省 / 省份 /
        州 / 县 / ولاية /
        محافظة / المحافظة / إقليم
        """,
    ),
    (
        ("official_name",),
        """
        official city name / full official name / nom officiel / dénomination officielle /
        nombre oficial / официальное название / 官方名称 / 正式名称 / الاسم الرسمي
        """,
    ),
    (
        ("kind",),
        """
        type / category / event type / catégorie / genre / tipo / categoría / тип / вид /
        категория / 类型 / 类别 / نوع / النوع / فئة
        """,
    ),
    (
        ("joined_year", "year"),
        """
        year joined / year of joining / joining / joined / member since / since / year /
        year of membership / year of designation / designation year / year of entry /
        année d'adhésion / année / adhésion / année de désignation / membre depuis /
        año de ingreso / año de adhesión / año de designación / año / miembro desde /
        ingreso / год вступления / год присоединения / год / член с / год назначения /
        加入年份 / 加入年 / 年份 / 年 / 入选年份 / سنة الانضمام / عام الانضمام / السنة / سنة /
        العام / beitrittsjahr / jahr des beitritts / beitritt / beigetreten / mitglied seit / jahr /
        anno di adesione / adesione / anno / ano de adesão / adesão / ano / katılım yılı /
        üyelik yılı / yıl / 加盟年 / 가입년도 / 가입연도 / 연도
        """,
    ),
    (
        ("joined_on", "announced_on", "starts_on"),
        """
        date joined / date of joining / date of membership / date of entry /
        designation date / date / start / start date / from / date d'adhésion /
        date d'entrée / date de début / début / fecha de ingreso / fecha de adhesión /
        fecha / fecha de inicio / inicio / дата вступления / дата присоединения / дата /
        дата начала / начало / 加入日期 / 日期 / 开始日期 / تاريخ الانضمام / التاريخ / تاريخ /
        تاريخ البدء / beitrittsdatum / datum des beitritts / beigetreten am / datum / beginn /
        data di adesione / data de adesão / data de início / data di inizio /
        katılım tarihi / tarih / 加盟日 / 日付 / 가입일 / 날짜
        """,
    ),
    (
        ("ends_on",),
        """
        end / end date / until / to / date de fin / fin / fecha de fin / дата окончания /
        конец / 结束日期 / تاريخ الانتهاء
        """,
    ),
    (
        ("status",),
        """
        status / member status / membership status / statut / estado de miembro /
        situación / статус / членство / 状态 / 会员身份 / حالة / الحالة / العضوية
        """,
    ),
    (
        ("motto",),
        "slogan / devise / lema / eslogan / девиз / лозунг / 口号 / 座右铭 / شعار / الشعار",
    ),
    (
        ("description", "summary", "profile"),
        """
        description / short description / abstract / about / overview / résumé /
        présentation / descripción / resumen / presentación / описание / краткое описание /
        аннотация / 描述 / 简介 / 说明 / 摘要 / وصف / الوصف / نبذة / ملخص
        """,
    ),
    (
        ("profile", "body"),
        """
        full description / long description / city profile / content / full text / profil /
        contenu / texte / perfil / contenido / texto / профиль / текст / 简况 / 正文 / 内容 /
        الملف / نص / المحتوى
        """,
    ),
    (
        ("population",),
        """
        population / inhabitants / pop / number of inhabitants / total population /
        residents / habitants / nombre d'habitants / población / habitantes /
        número de habitantes / население / численность населения / жителей / число жителей /
        人口 / 人口数 / 居民 / عدد السكان / السكان / سكان / einwohner / einwohnerzahl /
        bevölkerung / popolazione / abitanti / população / habitantes / nüfus / 인구 / 인구수
        """,
    ),
    (
        ("population_year",),
        """
        population year / year of population / census year / année du recensement /
        año de la población / año del censo / год переписи / 人口年份 / 普查年份 / سنة التعداد
        """,
    ),
    (
        ("latitude",),
        """
        lat / latitude / gps latitude / gps lat / latitude gps / latitud / широта / 纬度 /
        خط العرض / دائرة العرض / y coordinate / breite / breitengrad / geografische breite /
        latitudine / enlem / 緯度 / 위도
        """,
    ),
    (
        ("longitude",),
        """
        lng / lon / long / longitude / gps longitude / gps lng / gps lon / gps long /
        longitude gps / longitud / долгота / 经度 / خط الطول / x coordinate / länge /
        längengrad / geografische länge / longitudine / boylam / 経度 / 경도
        """,
    ),
    # The labels of the portal's first version.
    (("published_at",), "public from"),
    (("expires_at",), "public until"),
    (
        ("subdivision_code",),
        "iso 3166 2 / iso 3166 2 code / subdivision code / code of the subdivision / state code",
    ),
    (("last_confirmed",), "last confirmed in / confirmed in / member in / last named in"),
    (("un_population",), "un population / united nations population / population un"),
    (("un_population_year",), "un population year / population year un"),
    (("wikidata_id",), "wikidata / wikidata id / wikidata item / qid / q number / q id"),
    (("unesco_page",), "unesco page / unesco link / unesco url / uil page / uil link"),
    (("what_sources_say",), "what sources say / sources differ / conflicting sources"),
    (("counted_on",), "total as of / day of the totals / date of the totals"),
    (("geonames_id",), "geonameid / geonames / geoname id / geonames id"),
    (
        ("website",),
        """
        web / web site / site / url / link / web page / webpage / homepage / home page /
        internet / web pages / site web / site internet / lien / page web / sitio web /
        página web / enlace / сайт / веб сайт / веб страница / ссылка / 网站 / 网址 / 官网 / 主页 /
        链接 / موقع / الموقع / الموقع الإلكتروني / رابط / webseite / internetseite / sito web /
        sito / sítio web / site da cidade / web sitesi / ウェブサイト / 웹사이트 / 홈페이지
        """,
    ),
    (
        ("alternative_names",),
        """
        other names / other name / alternative name / alternate names / alternatenames /
        aliases / also called / also known as / aka / former names / local name /
        native name / autres noms / autre nom / noms alternatifs / otros nombres /
        otro nombre / nombres alternativos / другие названия / другие имена /
        альтернативные названия / 其他名称 / 别名 / 又名 / أسماء أخرى / الأسماء الأخرى
        """,
    ),
    (
        ("themes",),
        """
        theme / topics / thematic areas / clusters / thèmes / thématiques / temas / темы /
        主题 / المواضيع / مواضيع
        """,
    ),
    (
        ("sector",),
        """
        type / category / organisation type / secteur / sector / сектор / отрасль / 部门 /
        行业 / قطاع / القطاع
        """,
    ),
    (
        ("scope",),
        "level / portée / niveau / alcance / ámbito / охват / уровень / 范围 / نطاق",
    ),
    (
        ("place",),
        "location / venue / lieu / lugar / sede / место / место проведения / 地点 / مكان / المكان",
    ),
    (
        ("city", "cities"),
        """
        city / cities / member cities / ville / villes / villes membres / ciudad /
        ciudades / город / города / 城市 / مدينة / المدينة / مدن / المدن
        """,
    ),
    (
        ("source",),
        """
        data source / reference / référence / fuente / referencia / источник / 来源 / مصدر / المصدر
        """,
    ),
    (
        ("source_url",),
        """
        source link / source url / url of the source / lien de la source /
        enlace de la fuente / ссылка на источник / 来源链接 / رابط المصدر
        """,
    ),
    (
        ("source_kind",),
        "source kind / source type / type of source / grade of source / source grade",
    ),
    (
        ("note",),
        """
        notes / remark / remarks / comment / comments / internal note / remarque /
        remarques / commentaire / observations / notas / nota / observaciones / comentario /
        примечание / примечания / комментарий / 备注 / 注 / ملاحظة / ملاحظات / bemerkung /
        bemerkungen / anmerkung / anmerkungen / osservazioni / observações / notlar /
        備考 / 비고
        """,
    ),
)


@cache
def words_of(model: type[models.Model], names: tuple[str, ...]) -> dict[str, str]:
    """Return the folded words for the columns of a kind of record, by word."""
    name = "name" if "name" in names else "title"
    groups = [((name,), NAMES.get(model._meta.model_name or "", "")), *WORDS]
    words: dict[str, str] = {}
    for columns, group in groups:
        column = next((column for column in columns if column in names), None)
        for word in group.split("/") if column else ():
            words.setdefault(fold(word), str(column))
    words.pop("", None)
    return words
