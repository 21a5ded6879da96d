// The report: what it concludes, and that nothing in it comes from outside or breaks out.
#include "core/report/frontier_svg.h"
#include "core/report/study_document.h"
#include "core/store/store.h"
#include "tests/test_data.h"

#include <QTemporaryDir>
#include <QXmlStreamReader>
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

using namespace paretoscope;

namespace {

constexpr int questions = 400;

std::vector<Measurement> measured(double bytes, int right, int from = 0)
{
    Measurement size;
    size.metric = "file_bytes";
    size.value = bytes;
    Measurement answers;
    answers.metric = "exact_match";
    for (int i = 0; i < questions; ++i)
        answers.items.push_back({"passage-" + std::to_string(i), i >= from && i < from + right ? 1.0 : 0.0, 1});
    answers.value = double(right) / questions;
    answers.standardError = 0.02;
    answers.low = answers.value - 0.04;
    answers.high = answers.value + 0.04;
    answers.count = questions;
    return {size, answers};
}

struct Asked {
    std::string recipe, settings;
    std::vector<Measurement> measurements; // none = it fails
};

// A store as a sweep leaves it: the uncompressed model, then these.
std::vector<Run> stored(const std::filesystem::path& file, const std::vector<Asked>& asked, const std::string& name = "study")
{
    {
        const auto store = Store::open(file);
        const Experiment experiment = store->openExperiment(name, "builtin:base");
        std::vector<RunRequest> requests;
        std::vector<std::string> settings;
        for (const Asked& each : asked) {
            RunRequest request;
            request.model = "builtin:base";
            request.recipe = each.recipe;
            request.tasks = {{"world_retrieval", R"({"items":400})", ""}};
            requests.push_back(request);
            settings.push_back(each.settings);
        }
        store->addRuns(experiment.id, requests, settings);
        Provenance provenance;
        provenance.version = "1";
        provenance.machine = "a test";
        provenance.modelFingerprint = "feedbeef";
        provenance.dataFingerprint = "c0ffee";
        for (const Asked& each : asked) {
            const Run run = *store->takeQueuedRun();
            if (each.measurements.empty())
                store->failRun(run.id, ErrorCode::Unsupported, "group 1024 does not divide <192> & more");
            else
                store->finishRun(run.id, provenance, each.measurements);
        }
    }
    const auto store = Store::open(file, StoreAccess::ReadOnly);
    std::vector<Run> runs;
    for (const int64_t id : store->runIds()) runs.push_back(store->run(id));
    return runs;
}

// By hand, of 400 questions: the base answers 360. "good" loses 1 that is not made up for, so its worst
// end is far above 5 points; "poor" loses 100; "fair" loses 12.
std::vector<Asked> sweep()
{
    return {{"none", "{}", measured(1000, 360)},
            {"quantization.rtn(bits=8)", R"({"bits":8})", measured(600, 359)},
            {"quantization.rtn(bits=4)", R"({"bits":4})", measured(400, 348)},
            {"quantization.rtn(bits=2)", R"({"bits":2})", measured(200, 160)},
            {"quantization.gptq(bits=4)", R"({"bits":4})", measured(410, 359)},
            {"quantization.gptq(bits=2)", R"({"bits":2})", measured(210, 260)},
            {"quantization.rtn(group_size=1024)", R"({"bits":4})", {}}};
}

StudyOptions options()
{
    StudyOptions result;
    result.plane = {"file_bytes", "exact_match", false, false};
    result.marginPercent = 2.5;
    result.draws = 200;
    result.title = "A study";
    result.source = "study.sqlite";
    return result;
}

int64_t idOf(const Study& study, const std::string& recipe)
{
    for (const Run& run : study.runs)
        if (run.request.recipe == recipe) return run.id;
    return 0;
}

void verifyHas(const std::string& text, const std::string& part)
{
    QVERIFY2(text.find(part) != std::string::npos, part.c_str());
}

void verifyXml(const std::string& text)
{
    QXmlStreamReader reader(QByteArray::fromStdString(text));
    while (!reader.atEnd()) reader.readNext();
    QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
}

} // namespace

class StudyTest : public QObject {
    Q_OBJECT

private slots:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    // Against 2.5 points = 10 questions: a loss of 1 passes clearly, 12 cannot.
    void theCheapestThatIsShownToLoseLittle()
    {
        const Study study = makeStudy(stored(file(), sweep()), options());
        QCOMPARE(study.recommendation.run, std::optional(idOf(study, "quantization.gptq(bits=4)")));
        QCOMPARE(study.recommendation.runnerUp, std::optional(idOf(study, "quantization.rtn(bits=8)")));
        QVERIFY(study.recommendation.withinMargin);
        verifyHas(study.recommendation.reason, "the cheapest of the 2 runs that are shown to lose less than 2.5 points");
        verifyHas(study.recommendation.reason, "410 B against 1000 B (41 %)");
        // Cheaper, and its interval does not rule out a loss of 1.25 points; two bits do not come near.
        const std::vector<std::string>& unknown = study.recommendation.unknown;
        QVERIFY(std::find(unknown.begin(), unknown.end(),
                          fmt::format("Cheaper runs that may lose less than the margin too, which more items would tell: {}.",
                                      idOf(study, "quantization.rtn(bits=4)"))) != unknown.end());
        QCOMPARE(study.tests.size(), size_t(5));
        QCOMPARE(study.familySize, int64_t(5));
        const BaselineTest& fair = *study.test(idOf(study, "quantization.rtn(bits=4)"));
        QVERIFY(fair.answer.kind == Answer::Kind::Worse); // 12 to 0: p = 2 / 4096, by 5 tests .0024
        QVERIFY(std::abs(*fair.difference.pValue - 2.0 / 4096) < 1e-12);
        QVERIFY(*fair.marginP > 0.05);
        QVERIFY(study.test(idOf(study, "quantization.rtn(bits=8)"))->answer.kind == Answer::Kind::NotShown);
    }

    void withoutOneTheKneeIsNamedWithItsLoss()
    {
        StudyOptions strict = options();
        strict.marginPercent = 0.01;
        const Study study = makeStudy(stored(file(), sweep()), strict);
        QVERIFY(!study.recommendation.withinMargin);
        verifyHas(study.recommendation.reason, "No run is shown to lose less than 0.01 points");
        QCOMPARE(study.recommendation.run, study.frontier.knee("chord"));
        const std::vector<Run> alone = stored(file("alone.sqlite"), {{"a", "{}", measured(1, 300)}, {"b", "{}", measured(2, 350)}});
        verifyHas(makeStudy(alone, options()).recommendation.reason, "no finished uncompressed run");
    }

    void strategiesAreComparedAsFrontiers()
    {
        const Study study = makeStudy(stored(file(), sweep()), options());
        QCOMPARE(study.strategies.size(), size_t(1));
        QCOMPARE(study.strategies[0].a, std::string("quantization.gptq"));
        QCOMPARE(study.strategies[0].b, std::string("quantization.rtn"));
        QVERIFY(study.strategies[0].difference.bdRate->value < 0); // better at nearly the same size
    }

    // none 360; A 350 (loses 350..359), B 340 (loses the first 20), A and B 330: both losses, so 0.
    void stacksAreFound()
    {
        std::vector<Asked> asked = sweep();
        asked.push_back({"a.x(k=1+2)", "{}", measured(10, 350)});
        asked.push_back({"b.y", "{}", measured(11, 340, 20)});
        asked.push_back({"a.x(k=1+2)+b.y", "{}", measured(5, 330, 20)});
        asked.push_back({"b.y+a.x(k=1+2)", "{}", measured(5, 300, 20)});
        const Study study = makeStudy(stored(file(), asked), options());
        QCOMPARE(study.stacks.size(), size_t(2));
        QCOMPARE(study.stacks[0].firstRecipe, std::string("a.x(k=1+2)"));
        QVERIFY(std::abs(study.stacks[0].interaction->difference) < 1e-12);
        QVERIFY(std::abs(study.stacks[1].interaction->difference + 30.0 / questions) < 1e-12);
        QVERIFY(std::abs(study.stacks[0].order->difference - 30.0 / questions) < 1e-12);
        verifyHas(study.stacks[0].sentence, "nothing shows that the losses do not add up");
        verifyHas(study.stacks[1].sentence, "the stack loses more than its parts together");
        QVERIFY(stepsOf("none").empty());
        QCOMPARE(strategyOf("a.x(k=1+2)+b.y"), std::string("a.x+b.y"));
    }

    void aReportStandsAlone()
    {
        const std::string html = htmlOf(documentOf(makeStudy(stored(file(), sweep()), options())));
        verifyHas(html, "<!doctype html>");
        for (const char* part : {"What was asked", "What was run", "The frontier", "Against the uncompressed model",
                                 "Strategy against strategy", "What is not known", "Where every number comes from",
                                 "feedbeef", "c0ffee", "builtin:base", "world_retrieval (items 400)", "a test",
                                 "group 1024 does not divide &lt;192&gt; &amp; more", "study.sqlite", "File size"})
            verifyHas(html, part);
        for (const char* outside : {"<script", "http:", "https:", "<link", "<img", "@import", "url(", "javascript:"}) {
            // The name of SVG's language is an address that nobody fetches.
            std::string rest = html;
            for (size_t at = 0; (at = rest.find("http://www.w3.org/2000/svg")) != rest.npos;) rest.erase(at, 26);
            QVERIFY2(rest.find(outside) == rest.npos, outside);
        }
        const size_t begin = html.find("<svg"), end = html.find("</svg>");
        QVERIFY(begin != html.npos && end != html.npos);
        const std::string svg = html.substr(begin, end + 6 - begin);
        verifyXml(svg);
        verifyHas(svg, ">File size (KiB, lower is better)</text>");
        verifyHas(svg, ">Right answers (%, higher is better)</text>");
        verifyHas(svg, ">bits 4</text>"); // beside its point
        int marks = 0;
        for (size_t at = 0; (at = svg.find("<g><title>run ", at)) != svg.npos; ++at) ++marks;
        QCOMPARE(marks, 6); // finished runs
    }

    void namesMayHoldAnything()
    {
        const std::string evil = "<script>alert('1')</script>\"&\x01\xff";
        std::vector<Run> runs = stored(file(), sweep());
        for (Run& run : runs) {
            run.experiment = evil;
            run.request.model = evil;
            run.error += evil;
            run.provenance.notes = {evil};
            if (!run.baseline()) run.request.recipe += evil;
            run.settings = R"({"bits":"</td><b>|`"})";
        }
        StudyOptions o = options();
        o.title = evil;
        const Document document = documentOf(makeStudy(runs, o));
        const std::string html = htmlOf(document);
        QVERIFY(html.find("<script") == html.npos);
        QVERIFY(html.find("</td><b>") == html.npos);
        verifyHas(html, "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;\uFFFD\uFFFD");
        const size_t begin = html.find("<svg");
        verifyXml(html.substr(begin, html.find("</svg>") + 6 - begin));
        const std::string markdown = markdownOf(document);
        verifyHas(markdown, "# \\<script\\>");
    }

    void markdownHoldsTheDrawing()
    {
        const std::string text = markdownOf(documentOf(makeStudy(stored(file(), sweep()), options())));
        const std::string mark = "](data:image/svg+xml;base64,";
        const size_t begin = text.find(mark) + mark.size();
        QVERIFY(begin > mark.size());
        const QByteArray svg = QByteArray::fromBase64(QByteArray::fromStdString(text.substr(begin, text.find(')', begin) - begin)));
        verifyXml(svg.toStdString());
        QVERIFY(svg.startsWith("<svg") && svg.endsWith("</svg>"));
        verifyHas(text, "| `quantization.gptq(bits=4)` |");
    }

    void nothingFinishedIsSaid()
    {
        std::vector<Run> runs = stored(file(), {{"none", "{}", {}}});
        const std::string html = htmlOf(documentOf(makeStudy(runs, options())));
        verifyHas(html, "No finished run has both metrics.");
        verifyHas(html, "1 failed");
    }

private:
    std::filesystem::path file(const char* name = "study.sqlite") const
    {
        return folder_->filePath(QString::fromUtf8(name)).toStdString();
    }

    std::unique_ptr<QTemporaryDir> folder_;
};

QTEST_GUILESS_MAIN(StudyTest)
#include "study_test.moc"
