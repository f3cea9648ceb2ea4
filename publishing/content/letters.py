"""Letters that Unicode does not decompose, and the plain ones that people type in their place."""

# Each line: what is typed, and the letters for which it is. Latin letters of African, European,
# Caucasian and phonetic alphabets, as transcribed by the table of anyascii; copied, because
# folded columns hold the results, which must not change with a version of that library. The
# one exception is ŋ, for which people type n.
_LATIN = """
a ɐɑɒʌᴀᶏᶐⱥꞻꬰꭤ
aa ꜳ𐞀
ae æᴁᴂꞛꬱ
ao ꜵ
au ꜷ
av ꜹꜻ
ay ꜽ
b ƀƃɓʙᴃᴯᵬᶀꞗꞵ
c ƈȼɕᴄↄꜿꞓꞔ𝼝
d ðđƌȡɖɗᴅᴆᵭᶁᶑẟꝱꝺꟈ
db ȸ
dz ƻʣʥꭦ
dzh ʤ𝼒𝼙
e ǝɇɘəɛɜᴇᴈᶒᶓᶔᶕⱸⱻꬲꬳꬴ
er ɚɝ
f ƒɸᵮᶂꜰꝼꞙꟻꬵ
fng ʩ𝼀
g ǥɠɡɢɣʛᵷᵹᶃꞡꟑꬶ𝼁𝼂
gh ƣ
h ħɦɧʜⱨⱶꜧꞕꟶ
hw ƕ
i ıɨɩɪɿʅᴉᵎᵻᵼᶖꞽꟷꟾ𝼚
ia ꭠ
ie ꭡ
j ȷɉɟʄʝᴊ
k ƙʞᴋᶄⱪꝁꝃꝅꞣ𝼃𝼐
l łƚƛȴɫɬɭʟᴌᶅⱡꝇꝉꝲꞎꬷꬸꬹ𝼄𝼑𝼓
ll ỻꞁ
ls ʪ
lz ʫ
lzh ɮ𝼅
m ɱᴍᵯᶆꝳꟽꟿꬺ
n ŋƞȵɲɳɴᴎᴻᵰᶇꝴꞑꞥꬻꬼ𝼇𝼔
ng ꝿ
o øɔɞɵᴏᴐᴑᴒᴓᴖᴗᶗⱷⱺꝋꝍꞷꟁꬽꬾꬿ𝼛
oe œɶʚᴔꞝꭀꭁꭂꭢ
oo ꝏꭃꭄ
ou ȣᴕ
p ƥᴘᵱᵽᶈꝑꝓꝕꟼ
pc ʘ
q ĸɋʗʠꝗꝙꞯ𝼊𝼏
qc 𝼋𝼌
qp ȹ
r ɍɹɺɻɼɽɾʀʁᴙᴚᵲᵳᶉⱹꝛꝝꝵꝶꞃꞧꭅꭆꭇꭉꭋꭌꭨ𝼈𝼕𝼖
rr ꭈꭊ
s ȿʂᵴᶊẜẝꜱꝭꝸꞅꞩꟊꟗꟙ𝼞
sh ƪʃʆᶋᶘꭍ
t ŧƫƭȶʇʈᴛᵵⱦꝷꞇ𝼉𝼍
tc ʨ
th þᵺꝥꝧ
thth ꟓ
ts ƾʦꭧ
tsh ʧ𝼗𝼜
tz ꜩ
u ɤɷʉʊᴜᴝᴞᵾᵿᶙꞹꞿꭎꭏꭒ
ue ᵫꞟ
ui ꭐꭑ
uo ꭣ
v ʋᴠᶌỽⱱⱴꝟꝩ
vy ꝡ
w ƿɯɰʍᴟᴡⱳꟃꟺ
ww ʬꟕ
x ʖᶍꭓꭔꭕꭖꭗꭘꭙ𝼎
y ƴȝɏɥʎʏʮʯỿꭚ𝼆
z ƍƶȥɀʐʑᴢᵶᶎⱬꝣ
zh ƺʒʓᴣᶚ𝼘
"""

# Letters of one script that stand for each other: kept by some keyboards or languages only, or
# forms of one letter by its place in the word.
_OTHERS = """
ا ٱٲٳٵ
ه ةەۀہۂۃھۿ
ي ىیېۍێےۓٸ
ك کڪݢ
و ۆۇۈۋۏٶٷ
ن ں
ر ڕ
ل ڵ
כ ך
מ ם
נ ן
פ ף
צ ץ
а ә
г ґғҕ
е є
ж җ
з ҙ
и ії
к қҝҟҡӄ
л ӆљ
н ңҥӈӊњ
о ө
с ҫ
т ҭ
у ұү
х һҳӽ
ч ҷҹӌ
ত ৎ
র ৰ
ണ ൺ
ന ൻ
ര ർ
ല ൽ
ള ൾ
ക ൿ
"""

# Signs that people leave out: apostrophes, glottal stops (ʻokina, saltillo), geresh, the
# letters of clicks, signs of transliterated soft and hard signs, tones and long vowels; and the
# Arabic tatweel.
SILENT = frozenset("'`´‘’‛′‵ʹʺɂʔʕʡʢʻʼʽʾʿˀˁˆˈˉˊˋˌˍˎˏːˑˬˮᴤᴥꜗꜘꜙꜚꜛꜜꜝꜞꜟꜣꜥꞈꞌꞏ꞉՚׳״ٴـ")


def _plain() -> dict[str, str]:
    lines = [line.split() for line in (_LATIN + _OTHERS).splitlines() if line]
    return {letter: plain for plain, letters in lines for letter in letters}


# The plain letters for a letter in lower case without accents.
PLAIN = _plain()
