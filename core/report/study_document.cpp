#include "core/report/study_document.h"

#include "core/base/text.h"
#include "core/base/version.h"
#include "core/evaluation/metric.h"
#include "core/report/cells.h"
#include "core/report/frontier_svg.h"
#include "core/report/intelligence.h"
#include "core/report/study_sections.h"

#include <algorithm>
#include <map>

namespace paretoscope {

namespace {

std::string titleOf(const std::string& metric)
{
    return metricByName(metric).info.title;
}

void addShort(const Study& study, Document& document)
{
    const Recommendation& r = study.recommendation;
    document.add(Paragraph{{Cell::ofStrong("In short. "), Cell(r.reason)}, true});
    if (!r.runnerReason.empty()) document.paragraph(r.runnerReason);
}

// Labels of the frontier's points and of what is recommended; not of everything, to stay readable.
FrontierDrawing drawingOf(const Study& study)
{
    FrontierDrawing drawing;
    drawing.marked = study.recommendation.run;
    bool baselineNamed = false; // several experiments have one each, in the same place
    for (const FrontierMember& member : study.frontier.members) {
        const Run& run = *study.run(member.run);
        const bool named = member.onFrontier || drawing.marked == run.id || (run.baseline() && !baselineNamed);
        if (named) drawing.labels[run.id] = shortName(study, run);
        baselineNamed = baselineNamed || run.baseline();
    }
    return drawing;
}

void addFigure(const Study& study, Document& document)
{
    document.heading("The frontier");
    const std::string svg = frontierSvg(study.runs, study.frontier, study.options.plane, drawingOf(study));
    if (svg.empty()) {
        document.paragraph("No finished run has both metrics.");
        return;
    }
    const Plane& plane = study.options.plane;
    std::string caption = fmt::format(
        "{} against {}, one mark a run; bars are 95 % intervals. The line joins the runs that no other run beats in both. "
        "Filled marks are on it or not beaten beyond the noise; hollow ones are beaten by a run that costs no more, shown "
        "by a one-sided test with Bonferroni's correction.",
        titleOf(plane.y), titleOf(plane.x));
    if (study.recommendation.run) caption += " The ring marks the run that the first paragraph speaks of.";
    document.add(Figure{svg, caption, titleOf(plane.y) + " against " + titleOf(plane.x)});

    const FrontierAnalysis& f = study.frontier;
    std::string area = fmt::format("Hypervolume: {:.3f} of the box that spans the points", f.hypervolume.value);
    if (f.hypervolume.low) area += fmt::format(" [{:.3f}, {:.3f}]", *f.hypervolume.low, *f.hypervolume.high);
    document.paragraph(area + ".");
    BulletList knees;
    for (const KneeRule& rule : f.knees)
        if (rule.run)
            knees.items.push_back({Cell(rule.name + ": "), Cell::ofStrong(fmt::format("run {}", *rule.run)),
                                   Cell(" ("), Cell::ofCode(study.run(*rule.run)->request.recipe),
                                   Cell(fmt::format("), in {:.0f} % of the draws", 100 * rule.stability))});
    if (knees.items.empty()) return;
    document.paragraph("Where the frontier bends, by several rules:");
    document.add(knees);
}

// Bytes and shares carry their unit in every cell.
std::string columnTitle(const std::string& metric)
{
    const MetricScale scale = metricByName(metric).info.scale;
    return scale == MetricScale::Bytes || scale == MetricScale::Ratio ? titleOf(metric) : metricHeading(metric);
}

// On one line.
std::string unbroken(const std::string& text)
{
    std::string result;
    for (const char c : text) result += c == ' ' ? std::string("\u00a0") : std::string(1, c);
    return result;
}

// Intervals where the report is about the metric; elsewhere they would only widen the table.
std::string withInterval(const Study& study, const Run& run, const std::string& metric)
{
    const bool central = metric == study.options.plane.x || metric == study.options.plane.y;
    const Measurement* m = run.measurement(metric);
    if (!m) return "–";
    std::string text = metricText(metric, m->value);
    if (central && m->low && m->high && *m->low < *m->high) text += " " + intervalText(metric, *m->low, *m->high);
    return text;
}

void addRunTable(const Study& study, Document& document)
{
    document.heading("All finished runs");
    Table table;
    table.columns = {{"Run", true}, {"Recipe", false}};
    for (const std::string& metric : study.columns) table.columns.push_back({columnTitle(metric), true});
    table.columns.push_back({"On the frontier", true});
    table.columns.push_back({"Beaten beyond the noise by", false});
    for (const Run& run : study.runs) {
        if (run.state != RunState::Done) continue;
        const FrontierMember* member = study.frontier.member(run.id);
        std::vector<Cell> row{std::to_string(run.id), Cell::ofCode(run.request.recipe)};
        for (const std::string& metric : study.columns) row.emplace_back(withInterval(study, run, metric));
        const std::string share = member ? fmt::format("{:.0f} %", 100 * member->probability) : "–";
        row.push_back(member && member->onFrontier ? Cell::ofStrong(share) : Cell(share));
        row.emplace_back(member && !member->kept()
                             ? fmt::format("run {}, {}", *member->certainDominator, unbroken(pText(member->certainP)))
                             : std::string());
        table.rows.push_back(std::move(row));
    }
    table.caption = study.frontier.sharedItems > 0
                        ? fmt::format("Square brackets: 95 % interval. On the frontier: share of {} draws of the {} shared items, "
                                      "the same items for every run; bold = on it as measured.",
                                      study.frontier.draws, study.frontier.sharedItems)
                        : fmt::format("Square brackets: 95 % interval. On the frontier: share of {} draws from the standard "
                                      "errors; bold = on it as measured.",
                                      study.frontier.draws);
    document.add(std::move(table));
}

void addTests(const Study& study, Document& document)
{
    if (study.tests.empty()) return;
    const std::string& metric = study.options.plane.y;
    document.heading("Against the uncompressed model");
    const bool share = metricByName(metric).info.scale == MetricScale::Ratio;
    document.paragraph(
        study.hasMargin()
            ? fmt::format("{}, item by item. The question of the last column is whether a run loses less than {:g} {}.",
                          titleOf(metric), study.options.marginPercent, share ? "points" : "%")
            : fmt::format("{}, item by item. The uncompressed model has 0, so there is no margin in percent of it.",
                          titleOf(metric)));
    Table table;
    table.columns = {{"Run", true},        {"Recipe", false}, {"Difference", true}, {"95 % interval", true}, {"p", true},
                     {"p, corrected", true}, {"Verdict", false}, {"Within the margin", false}};
    for (const BaselineTest& test : study.tests) {
        const ComparedMetric& d = test.difference;
        const char* verdict = test.answer.kind == Answer::Kind::Better  ? "better"
                              : test.answer.kind == Answer::Kind::Worse ? "worse"
                              : test.answer.kind == Answer::Kind::Exact ? "no test"
                                                                        : "not shown to differ";
        const auto p = [](const std::optional<double>& value) {
            return !value ? std::string("–") : *value < 1e-4 ? "< 0.0001" : fmt::format("{:.2g}", *value);
        };
        const bool within = test.marginP && *test.marginP < study.options.significance;
        table.rows.push_back({std::to_string(test.run), Cell::ofCode(study.run(test.run)->request.recipe),
                              differenceText(metric, d.difference),
                              d.low && d.high ? intervalText(metric, *d.low, *d.high) : std::string("–"), p(d.pValue),
                              p(d.adjustedP), Cell(verdict),
                              !test.marginP ? Cell("–") : within ? Cell::ofStrong("yes, " + unbroken(pText(*test.marginP)))
                                                                 : Cell("not shown, " + unbroken(pText(*test.marginP)))});
    }
    table.caption = testsCaption(study);
    document.add(std::move(table));
}

const char* verdictWord(FrontierVerdict verdict)
{
    switch (verdict) {
    case FrontierVerdict::Better: return "A is better";
    case FrontierVerdict::Worse: return "B is better";
    case FrontierVerdict::NotShown: break;
    }
    return "not shown to differ";
}

void addStrategies(const Study& study, Document& document)
{
    if (study.strategies.empty()) return;
    const Plane& plane = study.options.plane;
    document.heading("Strategy against strategy");
    Table table;
    BulletList sentences;
    table.columns = {{"A", false}, {"B", false}, {"BD-rate of A", true}, {"Hypervolume A", true}, {"Hypervolume B", true}, {"Verdict", false}};
    for (const StrategyComparison& pair : study.strategies) {
        const FrontierDifference& d = pair.difference;
        const auto percent = [](double v) { return fmt::format("{}{:.1f} %", v < 0 ? "−" : "+", std::abs(100 * v)); };
        std::string rate = "no overlap";
        if (d.bdRate) {
            rate = percent(d.bdRate->value);
            if (d.bdRate->low) rate += fmt::format(" [{}, {}]", percent(*d.bdRate->low), percent(*d.bdRate->high));
        }
        table.rows.push_back({Cell::ofCode(pair.a), Cell::ofCode(pair.b), rate, fmt::format("{:.3f}", d.hypervolumeA.value),
                              fmt::format("{:.3f}", d.hypervolumeB.value), verdictWord(frontierVerdict(d, plane))});
        sentences.items.push_back({Cell(frontierSentence(d, plane, pair.a, pair.b))});
    }
    table.caption = fmt::format("BD-rate: mean difference of {} at equal {} over the range both cover, −10 % = A needs a tenth "
                                "less. Intervals of the bootstrap over items, end to end, not corrected for the "
                                "number of pairs.",
                                titleOf(plane.x), titleOf(plane.y));
    document.add(std::move(table));
    document.add(std::move(sentences));
}

// Runs that were asked nothing or read no text say nothing of this, and the section is left out.
void addIntelligence(const Study& study, Document& document)
{
    const std::string sentence = intelligenceSentence(fitIntelligence(study.runs));
    if (sentence.empty()) return;
    document.heading("Compression and intelligence");
    document.paragraph(sentence + " Bits a byte of the text against the mean share of right answers (Huang et al. 2024, "
                                  "arXiv 2404.09937). Runs of one model differ in what their compression damages, which "
                                  "bits a byte do not show: expect a weaker line than over models of many sizes.");
}

void addStacks(const Study& study, Document& document)
{
    if (study.stacks.empty()) return;
    const std::string& metric = study.options.plane.y;
    document.heading("Strategies on top of each other");
    Table table;
    table.columns = {{"First", false}, {"Then", false}, {"None", true}, {"First", true}, {"Then", true}, {"Both", true},
                     {"Beyond the sum", true}, {"p, corrected", true}, {"Order reversed", true}};
    BulletList sentences;
    for (const StackedRuns& stack : study.stacks) {
        const PairedDifference& d = *stack.interaction;
        const bool logarithm = metric == "perplexity";
        table.rows.push_back(
            {Cell::ofCode(stack.firstRecipe), Cell::ofCode(stack.secondRecipe), metricText(metric, stack.baseValue),
             metricText(metric, stack.firstValue), metricText(metric, stack.secondValue), metricText(metric, stack.bothValue),
             logarithm ? fmt::format("{:+.3g} (ln)", d.difference) : differenceText(metric, d.difference),
             fmt::format("{:.2g}", stack.adjustedP.value_or(d.pValue)),
             stack.order ? differenceText(metric, stack.order->difference) : std::string("–")});
        sentences.items.push_back({Cell(stack.sentence)});
    }
    table.caption = "Beyond the sum: both − first − then + none over the shared items; 0 when losses add up. Order "
                    "reversed: this stack minus the one the other way round.";
    document.add(std::move(table));
    document.add(std::move(sentences));
}

void addUnknown(const Study& study, Document& document)
{
    document.heading("What is not known");
    BulletList list;
    for (const std::string& sentence : study.recommendation.unknown) list.items.push_back({Cell(sentence)});
    document.add(std::move(list));
}

} // namespace

Document documentOf(const Study& study)
{
    Document document;
    document.title = study.options.title;
    document.subtitle = subtitleOf(study);
    addShort(study, document);
    addAsked(study, document);
    addDone(study, document);
    addFigure(study, document);
    addRunTable(study, document);
    addTests(study, document);
    addStrategies(study, document);
    addStacks(study, document);
    addIntelligence(study, document);
    addUnknown(study, document);
    addMethods(study, document);
    addProvenance(study, document);
    return document;
}

} // namespace paretoscope
