"""The words most sentences of a language share: they tell the language, and say nothing of what a text is about."""

from __future__ import annotations

HANDLED = {
    "en": "a about after all also am an and any are as at be because been before being but by can could did do does "
    "for from had has have he her here hers him his how i if in into is it its it's just like may me might more most "
    "my no not now of off on only or other our out over own said say says she should so some such than that the their "
    "them then there these they this those through to too under up us very was we were what when where which while "
    "who whom why will with would you your",
    "de": "aber als am an auch auf aus bei bis da damit dann das dass dem den denn der des die dies diese dieser doch "
    "durch ein eine einem einen einer eines er es für gegen hat hatte haben ich ihr ihre im in ist ja kann mehr mit "
    "nach nicht noch nur ob oder sagte schon sein seine sich sie sind so über um und uns unter vom von vor war waren "
    "was weil wenn werden wie wird wir wurde wurden zu zum zur zwischen",
    "fr": "a à au aussi aux avec ce cela ces cet cette comme d dans de des du elle elles en est et été être fait il "
    "ils je l la le les leur leurs lui mais même n ne nous on ont ou où par pas plus pour qu que qui s sa sans se ses "
    "selon si son sont sous sur tout très un une vers vous y était",
    "es": "a al como con contra cuando de del desde donde el él ella en entre era es esta está este esto fue ha había "
    "han hasta la las le les lo los más me mi mientras muy no nos o para pero por porque que qué según se sea ser si "
    "sin sobre son su sus también un una uno unos y ya",
    "pt": "a à ao aos as às até com como contra da das de dela dele depois do dos e é ela ele em entre era essa esse "
    "esta está este foi foram há isso já lhe mais mas me mesmo muito na não nas nem no nos o os ou para pela pelo por "
    "quando que quem se sem ser seu seus sob sobre sua suas são também tem um uma",
    "ru": "а без более бы был была были было быть в во все всех вы где для до его ее её если есть еще ещё же за и из "
    "или им их к как когда который которая которые ко кто ли лет мы на над не него нет но о об он она они от по под "
    "при с сказал со та так также такой там то того только тот у уже что чтобы эта эти это этого этот я",
    "ar": "أن أو إلى إن التي الذي الذين ان الى بعد بين ثم حتى حيث خلال ذلك على عن عند غير في قال قبل قد كان كانت كل "
    "كما لا لم لن ما مع من منذ هذا هذه هناك هو هي و وأن وقال وفي ولم وهو وكان يوم",
    "he": "אבל או אחרי אל אם אמר אמרה אני את אתה בין גם בו בה היא היה היו הוא הם הן זה זאת זו יותר יש כבר כדי כי כל "
    "לא לפני מה מי מן עד על עוד עם רק של שלא שלו שלה שהוא תחת",
    "ko": "그 그는 그리고 그러나 것 것을 것으로 것이라고 등 및 수 이 있는 있다 있다고 했다 한 하는 대한 대해 위해 "
    "통해 따르면 말했다 밝혔다 지난 오는 또 더 이번",
    # Written without spaces: what is counted are pairs of characters, of which these say the least.
    "zh": "的是 了一 是一 在这 这个 这是 一个 我们 他们 表示 进行 可以 没有 以及 对于 但是 因为 所以",
    "ja": "して いる した ます です ない から こと れる ため よう との には では ても った てい ある する なっ って "
    "され れた まし した。 いう など",
}
"""What sentences are chosen in, by the first part of a BCP 47 tag."""

OTHERS = {
    "nl": "aan als bij dat de deze door een en er haar heeft het hij in is maar met naar niet nog om ook op over te "
    "uit van voor was werd wordt zijn zij",
    "it": "al alla anche che ci come con da dal dalla degli dei del della delle di e è gli ha il in la le lo ma nel "
    "nella non per più questo si sono stato sua suo un una",
    "sv": "att av de den det där efter en ett från för har han hon i inte med men och om på sig som till under var vid "
    "är år",
    "da": "af at blev da de den der det efter en er et for fra han har hun i ikke jeg kan med men og om på sig sin som "
    "til var ved",
    "nb": "av at ble da de den der det etter en er et for fra han har hun i ikke jeg kan med men og om på seg sin som "
    "til var ved",
    "pl": "ale co do dla i jak jego jest już na nie o od oraz po przez przed się są tak to w we z za ze że został",
    "ro": "a al ale au că care ce cu de din după este fi fost în la mai nu o pe pentru prin sau și se sunt un",
    "cs": "a aby ale by být do i jako je jeho k která které který na o od po podle pro se si s ve v z za že",
    "tr": "ama bir bu çok da daha de değil diye en gibi göre için ile ise kadar ne o olan olarak sonra ve veya",
    "fi": "ei että hän ja jo joka jos kun kuin mukaan mutta myös niin ole oli on ovat se sen tai vain",
    "id": "ada adalah akan atau bagi dalam dan dari dengan di ini itu juga kepada ke oleh pada saat sebagai telah "
    "tidak untuk yang",
}
"""Recognised, so that they are not taken for one of those; nothing more is known of them."""

COMMON = {code: frozenset(words.split()) for code, words in HANDLED.items()}
"""The same as sets, for those that are handled."""
