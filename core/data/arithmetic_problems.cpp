#include "core/data/arithmetic_problems.h"

#include "core/base/random.h"

#include <array>
#include <fmt/format.h>

namespace paretoscope {

namespace {

constexpr std::array<const char*, 16> names{"Maya",  "Tom",   "Anna",  "James", "Lucy", "Peter", "Sarah", "David",
                                            "Emma",  "Jack",  "Lily",  "Mark",  "Rosa", "Sam",   "Nina",  "Paul"};
constexpr std::array<const char*, 12> things{"apples", "books",   "pencils", "cookies", "marbles", "stickers",
                                             "cards",  "flowers", "eggs",    "shells",  "coins",   "candies"};
constexpr std::array<const char*, 6> places{"box", "bag", "basket", "shelf", "jar", "drawer"};

// Draws of one problem.
struct Draw {
    explicit Draw(Random& r) : random(r) {}

    Random& random;

    template <size_t N> std::string word(const std::array<const char*, N>& words)
    {
        return words[size_t(random.below(N))];
    }
    int64_t number(int64_t low, int64_t high) { return random.between(low, high); }
    // Two different names.
    std::pair<std::string, std::string> twoNames()
    {
        const auto first = size_t(random.below(names.size()));
        const size_t second = (first + 1 + size_t(random.below(names.size() - 1))) % names.size();
        return {names[first], names[second]};
    }
};

using Template = ArithmeticProblem (*)(Draw&);

ArithmeticProblem made(std::string question, std::string steps, int64_t result)
{
    return {{}, std::move(question), fmt::format("{}\n#### {}", steps, result), result};
}

ArithmeticProblem buyMore(Draw& d)
{
    const std::string who = d.word(names), what = d.word(things);
    const int64_t has = d.number(3, 60), buys = d.number(2, 40), gives = d.number(1, has);
    const int64_t after = has + buys;
    return made(fmt::format("{0} has {1} {2}. {0} buys {3} more {2} and then gives {4} of them to a friend. How many "
                            "{2} does {0} have now?",
                            who, has, what, buys, gives),
                fmt::format("After buying more, {} has {} + {} = {} {}.\nAfter giving some away, {} - {} = {} are left.",
                            who, has, buys, after, what, after, gives, after - gives),
                after - gives);
}

ArithmeticProblem boxes(Draw& d)
{
    const std::string who = d.word(names), what = d.word(things), place = d.word(places);
    const int64_t count = d.number(2, 12), each = d.number(2, 12), loose = d.number(1, 20);
    return made(fmt::format("{} keeps {} {} in every {}. There are {} of them, and {} more {} lie on the table. How "
                            "many {} are there in total?",
                            who, each, what, place, count, loose, what, what),
                fmt::format("In the {} there are {} * {} = {} {}.\nWith the others that makes {} + {} = {}.", place, count,
                            each, count * each, what, count * each, loose, count * each + loose),
                count * each + loose);
}

ArithmeticProblem shared(Draw& d)
{
    const auto [who, friendName] = d.twoNames();
    const std::string what = d.word(things);
    const int64_t people = d.number(2, 9), each = d.number(2, 15), more = d.number(1, 10);
    const int64_t total = people * each;
    return made(fmt::format("{0} shares {1} {2} equally among {3} children. Then {4} gives every child {5} more. How "
                            "many {2} does each child have?",
                            who, total, what, people, friendName, more),
                fmt::format("First each child gets {} / {} = {} {}.\nThen each child has {} + {} = {}.", total, people, each,
                            what, each, more, each + more),
                each + more);
}

ArithmeticProblem prices(Draw& d)
{
    const std::string who = d.word(names), what = d.word(things);
    const int64_t count = d.number(2, 12), price = d.number(2, 9);
    const int64_t cost = count * price, paid = cost + d.number(1, 30);
    return made(fmt::format("{0} buys {1} {2} for ${3} each and pays with ${4}. How many dollars does {0} get back?", who,
                            count, what, price, paid),
                fmt::format("The {} cost {} * {} = {} dollars.\nSo {} gets back {} - {} = {} dollars.", what, count, price,
                            cost, who, paid, cost, paid - cost),
                paid - cost);
}

ArithmeticProblem twice(Draw& d)
{
    const auto [who, other] = d.twoNames();
    const std::string what = d.word(things);
    const int64_t has = d.number(2, 40), times = d.number(2, 5);
    return made(fmt::format("{0} has {1} {2}. {3} has {4} times as many. How many {2} do they have together?", who, has,
                            what, other, times),
                fmt::format("{} has {} * {} = {} {}.\nTogether they have {} + {} = {}.", other, has, times, has * times, what,
                            has, has * times, has + has * times),
                has + has * times);
}

ArithmeticProblem days(Draw& d)
{
    const std::string who = d.word(names);
    const int64_t perDay = d.number(3, 25), week = d.number(2, 14), done = d.number(1, perDay);
    const int64_t pages = perDay * week + done;
    return made(fmt::format("{0} read {1} pages of a book yesterday. The book has {2} pages. From today on {0} reads {3} "
                            "pages a day. How many days does {0} need for the rest?",
                            who, done, pages, perDay),
                fmt::format("There are {} - {} = {} pages left.\nThat takes {} / {} = {} days.", pages, done, pages - done,
                            pages - done, perDay, week),
                week);
}

constexpr std::array<Template, 6> templates{buyMore, boxes, shared, prices, twice, days};

} // namespace

ArithmeticProblem arithmeticProblem(uint64_t seed, uint64_t index)
{
    Random random(seed, "arithmetic", index);
    Draw draw(random);
    ArithmeticProblem problem = templates[size_t(random.below(templates.size()))](draw);
    problem.id = fmt::format("arithmetic-{}-{:05}", seed, index);
    return problem;
}

std::string arithmeticText(uint64_t seed, uint64_t count)
{
    std::string text;
    for (uint64_t i = 0; i < count; ++i) {
        const ArithmeticProblem problem = arithmeticProblem(seed, i);
        text += fmt::format("Question: {}\nAnswer: {}\n\n", problem.question, problem.answer);
    }
    return text;
}

} // namespace paretoscope
