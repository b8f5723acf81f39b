"""The small words of a few languages, by which a page betrays its language. Ours; written down, not counted
anywhere.
"""

STOP_WORDS: dict[str, frozenset[str]] = {code: frozenset(words.split()) for code, words in {
    "en": "the and of to a in that was he it his i with as had for she you not at but on her be they him were have all "
          "is said so from this would there then who which when by out one my me what up into could no if them your "
          "we are",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an er hat aus "
    "sie nach "
          "bei einer um am sind noch wie einem über so zum war haben nur oder aber vor zur bis mehr durch ich da du "
          "wir was",
    "fr": "le la les de des du et à un une il elle que qui dans en pour pas ne ce se sur avec est au je son sa ses "
    "par plus "
          "mais nous vous on était dit tout lui leur cette ils aux comme si y ou même où sans était j'ai c'est qu'il "
          "d'un",
    "es": "el la los las de del y que en un una no se con por su para al lo como más pero sus le ya o este sí porque "
    "esta "
          "cuando muy sin sobre también me hasta hay donde quien desde nos era había dijo yo él si todo ella ser es",
    "it": "il lo la i gli le di del della e che in un una non si con per da al è come ma più anche nel alla se era "
    "ha ho "
          "sono dei delle questo quando dal mi ne cui disse tutto ci quel aveva poi suo sua io lui lei dalla nella "
          "perché",
    "nl": "de het een en van in te dat die is op aan met voor niet zijn er maar om hem dan zou of wat mijn men dit "
    "zo door "
          "over ze zich bij ook tot je mij uit der daar haar naar heb hoe heeft hebben deze want nog zal me zij nu "
          "ge geen ik hij",
    "pt": "o a os as de do da dos das e que em um uma não se com por para no na como mais mas ao ele ela seu sua ou "
    "quando "
          "muito nos já eu também só pelo pela até isso era disse depois sem mesmo aos tem são foi está há lhe meu "
          "minha",
    "sv": "och att det i en jag hon som han på den med var sig för så till är men ett om hade de av icke mig du "
    "henne då sin "
          "nu har inte hans honom skulle hennes där min man ej vid kunde något från ut när efter upp vi dem vara vad "
          "över än",
    "da": "og i jeg det at en den til er som på de med han af for ikke der var mig sig men et har om vi min havde "
    "ham hun nu "
          "over da fra du ud sin dem os op man hans hvor eller hvad skal selv her alle vil blev kunne ind når være "
          "dog noget",
    "nb": "og i jeg det at en et den til er som på de med han av ikke ikkje der så var meg seg men ett har om vi min "
    "mitt ha "
          "hadde hun nå over da ved fra du ut sin dem oss opp man kan hans hvor eller hva skal selv sjøl her alle "
          "vil bli ble",
    "fi": "ja on ei että se hän oli mutta kun niin myös kuin minä sen olen hänen ovat tai jo jos vain sitä mitä nyt "
    "joka mikä "
          "ole oli sitten kanssa minun sinä me te he tämä ne olla vielä siitä hyvin koko häntä minua sinun eikä vaan",
    "pl": "i w na z do się nie że to jest o jak po co ale za od tak a przez dla jego go czy był była było by być są "
    "ten tym "
          "tego już tylko mnie ja on ona ich ze może pan jej jeszcze gdy bardzo oraz który która które nad pod przy",
    "cs": "a se v na je že to s z do i o k ve pro za by ale si po jako jsem tak od byl byla bylo když jeho jen už co "
    "jak který "
          "která které nebo ještě při až také není jsou jsme být před pak jí ho mu ji já ty on ona ze aby než",
    "ro": "și de în a la cu pe să nu o un care din se este ce mai că pentru era sau au fi lui fost după am ca dar "
    "prin el ea "
          "când până le îi sunt așa îl ai fără această acest eu al ale unui unei către foarte atunci între avea",
    "hu": "a az és hogy nem is egy meg de ez el volt már csak azt mint ha még ki le be fel majd mert vagy van én te "
    "ő mi ti ők "
          "akkor ezt kell lehet sem olyan ott itt után aki ami pedig most igen minden nagyon",
    "tr": "ve bir bu da de için ile o çok ne daha gibi kadar ama var ben sen biz siz onlar mi mı değil olarak olan "
    "sonra ki "
          "her şey en diye şu ya yok ise bile dedi oldu olduğu ona onu bana beni",
    "ru": "и в не на я что он с как а то это по но она к у ты из мы за вы так же от все был его бы было о только ее "
    "мне было "
          "вот меня еще нет для уже вам когда даже ну если или ни быть них была мой где под чтобы",
    "uk": "і в не на я що він з як а то це по але вона до у ти із ми за ви так же від все був його би було про "
    "тільки її мені "
          "ще ні для вже коли навіть якщо або бути них була мій де під щоб та й які який",
    "el": "και το να του η της με που την από ο για τα στο είναι τον δεν θα οι στην τη των στα σε μου ήταν αυτό μια "
    "ένα όταν "
          "αλλά πως τους μας σας εγώ εσύ αυτός αυτή όπως αν κι",
}.items()}

# Gopher's second rule of words, and its counterparts: eight that hardly any page of the language can do without.
COMMONEST: dict[str, frozenset[str]] = {code: frozenset(words.split()) for code, words in {
    "en": "the be to of and that have with", "de": "der die und in zu das ist nicht", "fr": "le la de et à un que est",
    "es": "el la de que y en un no", "it": "il la di e che un in non", "nl": "de het een en van in is dat",
    "pt": "o a de que e em um não", "sv": "och att det i en som är på", "da": "og det at en til er som på",
    "nb": "og det at en til er som på", "pl": "i w na z do się nie to", "cs": "a se v na je že to s", "ru": "и в не "
    "на что он с это",
}.items()}
