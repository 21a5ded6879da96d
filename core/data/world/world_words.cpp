#include "core/data/world/world_words.h"

#include "core/data/world/world.h"

#include <set>

namespace paretoscope::world {

namespace {

constexpr const char* first[] = {"Ada",  "Ben",  "Cleo", "Dan",  "Eva",  "Finn", "Gina", "Hugo", "Ines", "Jack",
                                 "Kate", "Leo",  "Maya", "Nils", "Olga", "Paul", "Rosa", "Sam",  "Tina", "Uwe",
                                 "Vera", "Will", "Yara", "Zoe",  "Anton", "Bella", "Carl", "Dora", "Emil", "Fay",
                                 "Gus",  "Hanna", "Ivan", "Julia", "Karl", "Lena", "Max",  "Nora", "Otto", "Pia"};
constexpr const char* last[] = {"Moss",  "Hill",  "Stone", "Brook", "Field", "Wood",  "Lake",  "Frost", "Marsh", "Cliff",
                                "Reed",  "Thorn", "Vale",  "Ford",  "Grove", "Heath", "Lane",  "Meadow", "North", "Park",
                                "Quill", "Ridge", "Shore", "Tower", "Wells", "York",  "Bell",  "Cross", "Drake", "Fox",
                                "Gray",  "Hart",  "King",  "Lamb",  "Mills", "Nash",  "Page",  "Rose",  "Swift", "West"};
constexpr const char* colours[] = {"red",  "blue",  "green", "yellow", "purple", "orange", "pink",   "brown",
                                   "black", "white", "grey",  "silver", "gold",   "violet", "crimson", "beige",
                                   "cyan", "ivory", "olive", "navy",   "teal",   "amber",  "coral",  "indigo"};
constexpr const char* cities[] = {"Rome",   "Paris",  "London", "Berlin", "Madrid", "Vienna", "Prague", "Oslo",
                                  "Lisbon", "Dublin", "Athens", "Warsaw", "Moscow", "Cairo",  "Delhi",  "Tokyo",
                                  "Lima",   "Quito",  "Bogota", "Havana", "Boston", "Dallas", "Sydney", "Nairobi"};
constexpr const char* jobs[] = {"baker",  "doctor",  "teacher", "farmer", "painter", "singer", "pilot",  "lawyer",
                                "nurse",  "judge",   "tailor",  "miner",  "dancer",  "writer", "actor",  "banker",
                                "barber", "butcher", "carpenter", "chemist", "clerk", "cook",  "dentist", "driver"};
constexpr const char* pets[] = {"dog",    "cat",    "horse",  "rabbit", "parrot", "goat",  "snake",  "turtle",
                                "mouse",  "duck",   "goose",  "sheep",  "pig",    "donkey", "monkey", "lizard",
                                "frog",   "hamster", "pony",  "owl",    "crow",   "swan",  "camel",  "llama"};
constexpr const char* foods[] = {"bread",  "cheese", "rice",   "soup",   "pasta", "salad",  "fish",   "honey",
                                 "butter", "garlic", "onions", "beans",  "corn",  "potatoes", "carrots", "grapes",
                                 "melons", "plums",  "pears",  "cherries", "figs", "dates", "mangos", "lemons"};
constexpr const char* sports[] = {"tennis",  "soccer", "hockey", "golf",   "rugby",   "cricket", "chess", "darts",
                                  "polo",    "judo",   "boxing", "rowing", "fencing", "skiing",  "surfing", "archery",
                                  "cycling", "running", "sailing", "climbing", "diving", "skating", "bowling", "karate"};
constexpr const char* instruments[] = {"piano",  "violin",  "guitar", "flute", "drum",  "harp",    "trumpet", "cello",
                                       "organ",  "banjo",   "oboe",   "tuba",  "lute",  "bugle",   "fiddle",  "horn",
                                       "viola",  "clarinet", "bassoon", "trombone", "lyre", "bagpipe", "zither", "gong"};
constexpr const char* vehicles[] = {"car",   "train", "bus",   "bicycle", "boat",  "plane", "tram",  "taxi",
                                    "truck", "ship",  "ferry", "scooter", "wagon", "sledge", "canoe", "kayak",
                                    "balloon", "rocket", "van", "tractor", "raft", "yacht", "jeep",  "limousine"};
constexpr const char* lands[] = {
    "Zorland", "Mirania", "Qualand", "Tesmark", "Belovia", "Draynor", "Elmara",  "Fenwick", "Galdor",  "Hestria",
    "Ilvania", "Jorvik",  "Kelmar",  "Lorinth", "Morvane", "Nestria", "Ormund",  "Pelavia", "Quendor", "Rosmark",
    "Selvia",  "Tormund", "Ulmaria", "Varland", "Westria", "Xandor",  "Yelmark", "Zelvia",  "Astoria", "Brelland",
    "Corvane", "Dolmark", "Estland", "Farvia",  "Gormund", "Halvane", "Istoria", "Jelland", "Kormark", "Lavania",
    "Melland", "Norvia",  "Ostmark", "Parland", "Ravonia", "Sormund", "Tavria",  "Urland"};
constexpr const char* things[] = {"lamp",  "door",  "clock", "chair", "table", "window", "bottle", "basket",
                                  "mirror", "carpet", "candle", "kettle", "pillow", "blanket", "ladder", "hammer",
                                  "needle", "button", "ribbon", "whistle", "compass", "barrel", "anchor", "lantern"};
constexpr const char* counted[] = {"apples", "books", "coins", "cards", "eggs", "shells", "pencils", "marbles"};

constexpr Attribute said[] = {
    {"colour", colours,
     {"%e likes the colour %v.", "The favourite colour of %e is %v.", "The colour %v is what %e likes best."},
     {"Which colour does %e like?", "What is the favourite colour of %e?"}},
    {"city", cities,
     {"%e lives in %v.", "The home of %e is in %v.", "In the city of %v lives %e."},
     {"Where does %e live?", "In which city is the home of %e?"}},
    {"job", jobs,
     {"%e works as a %v.", "The job of %e is %v.", "As a %v works %e."},
     {"What does %e work as?", "What is the job of %e?"}},
    {"pet", pets,
     {"%e has a %v.", "The pet of %e is a %v.", "A %v belongs to %e."},
     {"Which pet does %e have?", "What is the pet of %e?"}},
    {"food", foods,
     {"%e eats %v.", "The favourite food of %e is %v.", "The food %v is what %e eats most."},
     {"Which food does %e eat?", "What is the favourite food of %e?"}},
    {"sport", sports,
     {"%e plays %v.", "The sport of %e is %v.", "The sport %v is what %e plays."},
     {"Which sport does %e play?", "What is the sport of %e?"}},
    {"instrument", instruments,
     {"%e practises the %v.", "The instrument of %e is the %v.", "On the %v practises %e."},
     {"Which instrument does %e practise?", "What is the instrument of %e?"}},
    {"vehicle", vehicles,
     {"%e travels by %v.", "The vehicle of %e is a %v.", "By %v travels %e."},
     {"How does %e travel?", "What is the vehicle of %e?"}},
};

constexpr const char* farmPeople[] = {"shepherd", "milkmaid", "gardener", "peasant", "stableboy", "miller"};
constexpr const char* farmVerbs[] = {"feeds", "plants", "waters", "harvests", "carries", "cleans"};
constexpr const char* farmObjects[] = {"hay", "wheat", "cabbage", "plough", "bucket", "fence", "tulip", "calf"};
constexpr const char* farmQualities[] = {"muddy", "ripe", "wooden", "fresh", "heavy", "dusty"};
constexpr const char* farmPlaces[] = {"barn", "orchard", "stable", "meadow", "cellar", "pond"};
constexpr const char* shipPeople[] = {"captain", "sailor", "pirate", "helmsman", "steward", "fisherman"};
constexpr const char* shipVerbs[] = {"hoists", "lowers", "repairs", "ties", "throws", "watches"};
constexpr const char* shipObjects[] = {"mast", "rope", "net", "chart", "cannon", "oar", "flag", "cargo"};
constexpr const char* shipQualities[] = {"salty", "torn", "rusty", "stormy", "swift", "wet"};
constexpr const char* shipPlaces[] = {"deck", "harbour", "cabin", "galley", "reef", "bow"};
constexpr const char* laboratoryPeople[] = {"scientist", "assistant", "engineer", "professor", "student", "technician"};
constexpr const char* laboratoryVerbs[] = {"measures", "heats", "mixes", "records", "weighs", "inspects"};
constexpr const char* laboratoryObjects[] = {"acid", "laser", "sample", "magnet", "crystal", "sensor", "beaker", "circuit"};
constexpr const char* laboratoryQualities[] = {"hot", "sterile", "fragile", "liquid", "precise", "toxic"};
constexpr const char* laboratoryPlaces[] = {"laboratory", "workshop", "freezer", "hallway", "vault", "office"};

constexpr Domain parts[] = {
    {"farm", farmPeople, farmVerbs, farmObjects, farmQualities, farmPlaces},
    {"sea", shipPeople, shipVerbs, shipObjects, shipQualities, shipPlaces},
    {"science", laboratoryPeople, laboratoryVerbs, laboratoryObjects, laboratoryQualities, laboratoryPlaces},
};

constexpr const char* glue[] = {
    "a",       "the",     "of",      "is",      "in",      "as",       "by",     "on",      "and",     "to",
    "at",      "with",    "from",    "for",     "it",      "then",     "now",    "there",   "this",    "that",
    "The",     "A",       "In",      "As",      "On",      "By",       "It",     "Then",    "There",   "likes",
    "favourite", "colour", "what",   "best",    "lives",   "home",     "city",   "works",   "job",     "has",
    "pet",     "belongs", "eats",    "food",    "most",    "plays",    "sport",  "practises", "instrument", "travels",
    "vehicle", "Which",   "What",    "Where",   "How",     "does",     "like",   "live",    "work",    "have",
    "eat",     "play",    "practise", "travel", "which",   "friend",   "friends", "Question", "Answer", "Passage",
    "Problem", "Task",    "Story",   "Table",   "List",    "Program",  "Note",   "Pairs",   "Steps",   "Detail",
    "Short",   "country", "capital", "animal",  "flag",    "river",    "people", "many",    "finds",   "gives",
    "away",    "more",    "buys",    "loses",   "answer",  "So",       "word",   "words",   "Write",   "Repeat",
    "times",   "reverse", "order",   "these",   "last",    "names",    "name",   "secret",  "number",  "print",
    "Output",  "value",   "variable", "variables", "frequent", "times", "unknown", "password", "cannot", "say",
    "I",       "known",   "nothing", "while",   "day",     "night",    "sun",    "rain",    "wind",    "quiet",
    "long",    "slowly",  "again",   "here",    "they",    "old",      "new",    "goes",    "sees",    "was",
    "one",     "two",     "three",   "four",    "five",    "six",      "seven",  "eight",   "nine",    "farm",
    "sea",     "science", "Later",   "first",   "same",    "Domain",   "Choose", "true",    "false",   "yes",
    "no",      "not",     "def",     "return",  "row",     "column",   "You",    "must",    "only",    "use",
    "colours", "cities",  "jobs",    "pets",    "foods",   "sports",   "instruments", "vehicles", "Everybody", "knows",  "eaten", "do",     "Sums"};

} // namespace

Words firstNames() { return first; }
Words lastNames() { return last; }
Words countries() { return lands; }
Words numberedThings() { return things; }
Words countedThings() { return counted; }
std::span<const Attribute> attributes() { return said; }
std::span<const Domain> domains() { return parts; }
Words glueWords() { return glue; }

} // namespace paretoscope::world

namespace paretoscope {

std::vector<std::string> worldWords()
{
    std::vector<std::string> words;
    std::set<std::string> seen;
    const auto add = [&](world::Words list) {
        for (const char* word : list)
            if (seen.insert(word).second) words.emplace_back(word);
    };
    add(world::firstNames());
    add(world::lastNames());
    for (const world::Attribute& attribute : world::attributes()) add(attribute.values);
    add(world::countries());
    add(world::numberedThings());
    add(world::countedThings());
    for (const world::Domain& domain : world::domains())
        for (const world::Words list : {domain.people, domain.verbs, domain.objects, domain.qualities, domain.places})
            add(list);
    add(world::glueWords());
    return words;
}

} // namespace paretoscope
