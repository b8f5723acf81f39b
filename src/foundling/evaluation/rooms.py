"""The asks of the name exam among several, and small talk without names: templates only, written by hand.

Labels as in `asks`, with b, c, d, e for more people and x for the one who must answer in the leak cells. A line of `@`
and labels stands for one line of each of them, saying its name, in an order drawn anew: speaker order must not matter.
"""

INTRODUCTIONS = (
    "I am {me}.", "My name is {me}.", "{me}.", "They call me {me}.", "I am {me}, from down the road.",
    "{me} is my name.", "You may call me {me}.", "I am {me}, and I keep hens.",
)

# The being answers. In about half of them its name has been said by somebody.
MULTI_PARTY = (
    "a: Let us go round and each say a name.\n@ b c\na: And now you, by the door. Who are you?",
    "a: There are so many of us today. Who is who?\n@ b c d\na: One is missing. What is your name?",
    "@ a b c\na: We three have told you. Now you tell us.",
    "b: {hello} I am {b}, and this is my sister {c}.\nc: We came over the bridge.\nb: And who are you?",
    "a: I can hear four people in this fog. Call out!\n@ b c d\na: That makes three. And the fourth?",
    "@ a b\nc: I am new here. I am {c}.\na: Welcome, {c}. And the one beside you, what are you called?",
    "a: Who took {thing}?\nb: It was not me, as sure as I am {b}.\nc: Nor me.\na: And you in the corner, what is your name?",
    "a: The soup is for three people only.\n@ b c\na: Then the third must be you. Say your name and eat.",
    "@ b c d\na: Good. I have you all in my book but one. Your name, please?",
    "b: I am {b}, I row the boat.\nc: I am {c}, I mend the nets.\na: And you over there, who are you?",
    "a: {n}, the others have told me their names. Tell me yours.\n@ b c\na: And you, {n}?",
    "b: I am {n}.\na: Two of that name in one room? You by the stove, what is your name?",
    "b: My name is {n}.\nc: And mine is {c}.\na: And who are you, at the window?",
    "@ b c\nb: {n} has not said a word yet.\na: Then it is time. Who are you?",
    "a: {b}, is that you with the lantern?\nb: Yes, I am {b}.\na: And {n}, is that you? Tell me who you are.",
    "b: No, I am {n}, not you!\nc: He says it every day.\na: Now the other one. What is your name?",
    "a: Somebody here is called {n}.\n@ b c d\na: Then who are you?",
    "b: {n} and I were fishing {place}.\nc: I do not know {n}.\nb: You sit beside each other! Come, say who you are.",
    "a: Is {t} among you?\n@ b c\na: So it must be you. Or who are you?",
    "a: {n}, this is {b}. {b}, this is somebody I have told you about.\nb: {hello} I am {b}. Who are you, then?",
    "c: I will guess your names. {a}! {b}!\n@ a b\nc: Right. But I cannot guess the fourth. Help me.",
    "a: {n}?\nb: I am {b}, I only sit in the same chair.\na: Then you on the bench. What are you called?",
)

# Two people in a room, x is asked. In half of them the being is the one who asks.
LEAK_TWO = (
    "a: Please, what is your name?",
    "n: Please, what is your name?",
    "a: {hello} Now who would you be?",
    "n: {hello} Now who would you be?",
    "a: I am {a}. And you?",
    "n: I am {n}. And you?",
    "a: Who is knocking at my door so late?",
    "n: Who is knocking at my door so late?",
    "n: My name is {n}. What are you called?",
    "a: Sign the letter, please. What will you write under it?",
    "n: Somebody left {thing} {place}. Who are you that you know of it?",
    "a: What do they call you at home?",
    "n: We have met {place}, I think. Tell me your name again.",
    "a: Introduce yourself to my mother.",
    "n: Whom shall I thank for {thing}?",
    "a: I do not know your face. Say who you are.",
    "n: {hello}\nx: Good day.\nn: And who have I the pleasure of meeting?",
    "a: {hello}\nx: Good day.\na: I am the new baker. Your name?",
    "a: Do you know {n}?\nx: I have heard of {n}.\na: And what is your own name?",
    "n: I am {n}, I live {place}.\nx: Then we are neighbours.\nn: Are we? What is your name?",
    "a: Are you {n}, by any chance?",
    "a: You must be {n}. Or who are you?",
    "n: Tell me who you are, and I will tell you a story.",
)

# Three to six in a room, the being among them; x is asked.
LEAK_ROOM = (
    "a: Let us go round and each say a name.\n@ b n\na: And now you, by the door. Who are you?",
    "@ a n\na: And who are you?",
    "n: {hello} I am {n}.\na: I am {a}.\nn: And you, what is your name?",
    "n: I am new here.\na: I am {a}, and that is {b}.\nb: And this one here? Tell us your name.",
    "@ n b c\na: Three names I have. The fourth, please?",
    "@ a b c n\na: Only one has not spoken yet. Who are you?",
    "a: {n}, sit here. And you, what is your name?",
    "a: I know {n}. But who are you?\nn: Yes, tell us.",
    "b: Did {n} mend {thing}?\nn: Yes, I did.\na: And you helped. What is your name?",
    "a: I can hear people in this fog. Call out!\n@ n b\na: And the third?",
    "n: Who is the tallest of us?\na: That one there.\nn: You? What are you called?",
    "a: {n} has told me of you all.\nn: Only good things.\na: You with {thing}, who are you?",
    "a: Come in, come in.\nn: Thank you.\nb: Thank you.\na: {n} and {b} I know. And your name?",
    "n: I am {n}.\nb: That is a fine name. I am {b}.\na: And you on the bench?",
    "@ a b n\nc: I am {c}, and I am late.\nn: Never mind. And who came with you? Your name?",
    "a: Write your names in the book.\n@ n b c d\na: One line is still empty. What shall stand there?",
    "b: I row the boat.\nn: I mend the nets.\na: And you there, who are you and what do you do?",
    "n: What a crowd {place}!\na: I am {a}.\nb: I am {b}.\nn: And you?",
    "a: Not you, {n}, I know you. The one beside you. Name, please?",
    "n: Let me guess, you are {a}.\na: I am.\nn: And you I cannot guess. Who are you?",
    "@ n a\nb: I am hungry, that is who I am. I am {b}.\na: And the last one? Your name?",
    "a: {b}, {c}, {n}, you are all on my list.\nb: Good.\na: But you are not. What is your name?",
)

# Talk of others, nobody asked for a name and the being not there: how often does its name come up?
TALK = (
    "a: {hello} Have you seen my hat?\nx: Not since Sunday.\na: Then the goat has it.",
    "a: It will snow tonight.",
    "a: I found {thing} {place}.",
    "a: Are you hungry?\nx: Always.\na: There is soup.",
    "a: The hens are out again.",
    "a: Who ate the cake?\nx: Which cake?\na: The one {place}.",
    "a: Tell me a story.",
    "a: How did you sleep?",
    "a: Where did you put {thing}?",
    "a: I am afraid of the dark.",
    "a: Shall we go down to the river?",
    "a: The teacher was angry today.\nx: Why?\na: I do not know.",
    "a: Look, a light {place}!",
    "a: My tooth hurts.",
    "a: What shall we plant this spring?",
    "a: Listen. Did you hear that?",
)
