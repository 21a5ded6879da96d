// coverage_bench: how often the program's intervals and tests are right on samples whose truth is known.
//
// Prints one line a figure, with its Monte Carlo error; docs/measurement.md keeps a record. The first
// argument multiplies the replications (1 takes about a minute).
#include "core/evaluation/frontier.h"
#include "tests/core/evaluation/coverage.h"

#include <cstdlib>

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

void print(const std::string& what, const char* nominal, const Rate& rate)
{
    std::printf("| %s | %s | %.3f ± %.3f | %lld |\n", what.c_str(), nominal, rate.value(), rate.error(rate.value()),
                static_cast<long long>(rate.count));
    std::fflush(stdout);
}

void shares(int scale)
{
    for (const auto& [n, p] : {std::pair{60, 0.5}, {60, 0.9}, {200, 0.9}, {200, 0.98}, {1000, 0.7}})
        print("Wilson, " + std::to_string(n) + " questions, truth " + std::to_string(p).substr(0, 4), "0.95",
              shareCoverage(wilsonInterval, n, p, 20000 * scale));
}

void documents(int scale)
{
    for (const int n : {10, 20, 40, 100}) {
        const DocumentCoverage found = documentCoverage(n, 2000 * scale, 1000);
        const std::string of = ", " + std::to_string(n) + " documents";
        print("ratio estimator with t" + of, "0.95", found.ratio);
        print("percentile bootstrap over documents" + of, "0.95", found.percentile);
        print("BCa bootstrap over documents" + of, "0.95", found.bca);
        print("tokens taken for independent" + of, "0.95", found.tokens);
    }
}

void pairs(int scale)
{
    for (const int64_t n : {60, 200, 1000}) {
        const std::string of = std::to_string(n) + " questions, 10 % differ";
        print("Agresti-Min of a gain of 2 points, " + of, "0.95", pairedCoverage(n, 0.1, 0.02, 20000 * scale).interval);
        const PairedCoverage none = pairedCoverage(n, 0.1, 0, 20000 * scale);
        print("exact McNemar rejects what is equal, " + of, "≤ 0.05", none.exact);
        print("mid-p McNemar rejects what is equal, " + of, "0.05", none.midP);
        print("a loss of 2 points passes a margin of 2 points, " + of, "≤ 0.05", wrongNonInferiority(n, 0.1, 0.02, 20000 * scale));
    }
    for (const int n : {10, 30, 64, 200})
        print("paired mean, " + std::to_string(n) + " windows, heavy tails", "0.95", pairedMeanCoverage(n, 20000 * scale));
}

void races(int scale)
{
    for (const int64_t items : {100, 300, 1000})
        for (const int64_t each : {items / 20, items / 4})
            print("a race stops what ends level, " + std::to_string(items) + " items, " +
                      std::to_string(200 * each / items) + " % differ", "≤ 0.01",
                  raceOutcome(items, each, each, 0.01, 20000 * scale).stopped);
    for (const int64_t items : {100, 300, 1000})
        for (const int64_t percent : {5, 10, 20, 40}) {
            const int64_t worse = items / 20;
            const RaceOutcome found = raceOutcome(items, worse + items * percent / 100, worse, 0.01, 1000 * scale);
            print("a race stops what is " + std::to_string(percent) + " points behind, " + std::to_string(items) +
                      " items, median after " + std::to_string(int64_t(found.medianSeen)), "–", found.stopped);
        }
}

void memberships(int scale)
{
    for (const bool share : {false, true}) {
        const std::vector<Bin> bins = membershipCalibration(share ? 100 : 50, share, 3, 5000 * scale, 400);
        for (const Bin& bin : bins)
            print(std::string("on the frontier is said with probability ") + std::to_string(bin.stated()).substr(0, 5) +
                      (share ? ", 100 questions" : ", 50 windows"),
                  std::to_string(bin.stated()).substr(0, 5).c_str(), bin.right);
    }
}

// Five models of rising cost, each question answered with a chance that rises too; shared difficulty.
struct Curve {
    std::vector<double> costs, truth;
};

std::vector<Measurement> answersOf(const Curve& curve, Random& random, int questions)
{
    std::vector<Measurement> runs(curve.truth.size());
    for (int q = 0; q < questions; ++q) {
        const double hard = random.uniform();
        for (size_t i = 0; i < runs.size(); ++i) {
            const bool own = random.below(4) == 0; // a quarter of the questions is each model's own luck
            const bool right = (own ? random.uniform() : hard) < curve.truth[i];
            runs[i].items.push_back({std::to_string(q), right ? 1.0 : 0.0, 1});
        }
    }
    return runs;
}

std::vector<ReplicatedPoint> replicated(const Curve& curve, const std::vector<Measurement>& runs, uint64_t seed)
{
    std::vector<const Measurement*> pointers;
    for (const Measurement& run : runs) pointers.push_back(&run);
    const auto replicates = commonReplicates(pointers, 500, seed);
    std::vector<ReplicatedPoint> points;
    for (size_t i = 0; i < runs.size(); ++i) points.push_back({int64_t(i), {curve.costs[i]}, replicates[i]});
    return points;
}

std::vector<FrontierPoint> drawOf(const std::vector<ReplicatedPoint>& points, size_t from, size_t to, size_t draw)
{
    std::vector<FrontierPoint> result;
    for (size_t i = from; i < to; ++i) result.push_back(FrontierPoint::exact(points[i].id, points[i].x[0], points[i].y[draw]));
    return result;
}

void hypervolumes(int scale)
{
    const Curve spread{{1, 2, 3, 4, 5}, {0.3, 0.5, 0.62, 0.7, 0.74}};
    const Curve flat{{1, 2, 3, 4, 5}, {0.6, 0.6, 0.6, 0.6, 0.6}};
    for (const auto& [name, curve] : {std::pair{"clear steps", spread}, {"five equal models", flat}})
        for (const int questions : {100, 400}) {
            std::vector<FrontierPoint> truth;
            for (size_t i = 0; i < curve.truth.size(); ++i) truth.push_back(FrontierPoint::exact(int64_t(i), curve.costs[i], curve.truth[i]));
            const double area = hypervolume(truth, {false, true}, 6, 0.2);
            Rate rate;
            for (int r = 0; r < 1000 * scale; ++r) {
                Random random(17, "area", uint64_t(r));
                const Interval found = hypervolumeInterval(replicated(curve, answersOf(curve, random, questions), uint64_t(r)), {false, true}, 6, 0.2);
                rate.add(holds(found.low, found.high, area));
            }
            print("hypervolume, " + std::string(name) + ", " + std::to_string(questions) + " questions", "0.95", rate);
        }
}

void bdRates(int scale)
{
    // The second curve needs a tenth less for everything.
    const Curve both{{1, 2, 3, 4, 5, 0.9, 1.8, 2.7, 3.6, 4.5}, {0.3, 0.5, 0.62, 0.7, 0.74, 0.3, 0.5, 0.62, 0.7, 0.74}};
    for (const int questions : {100, 400, 1600}) {
        Rate rate;
        for (int r = 0; r < 1000 * scale; ++r) {
            Random random(18, "bd-rate", uint64_t(r));
            const auto points = replicated(both, answersOf(both, random, questions), uint64_t(r));
            std::vector<double> rates;
            for (size_t draw = 0; draw < points[0].y.size(); ++draw)
                if (const auto found = bdRate(drawOf(points, 5, 10, draw), drawOf(points, 0, 5, draw), {false, true})) rates.push_back(*found);
            std::sort(rates.begin(), rates.end());
            if (!rates.empty()) rate.add(holds(sortedQuantile(rates, 0.025), sortedQuantile(rates, 0.975), -0.1));
        }
        print("BD-rate of -10 %, five points a side, " + std::to_string(questions) + " questions", "0.95", rate);
    }
}

} // namespace

int main(int argc, char** argv)
{
    const int scale = argc > 1 ? std::max(1, std::atoi(argv[1])) : 1;
    std::printf("| what | nominal | reached | replications |\n|---|--:|--:|--:|\n");
    shares(scale);
    documents(scale);
    pairs(scale);
    races(scale);
    memberships(scale);
    hypervolumes(scale);
    bdRates(scale);
    return 0;
}
