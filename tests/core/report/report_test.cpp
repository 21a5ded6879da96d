// Tables for programs are read back; tables for people keep hostile text inside its cell.
#include "core/report/report.h"

#include "core/base/json.h"
#include "tests/test_data.h"

#include <QXmlStreamReader>
#include <clocale>
#include <cmath>
#include <limits>
#include <map>

using namespace paretoscope;

namespace {

using Texts = std::vector<std::string>;

// A reader of RFC 4180 written from its grammar.
std::vector<Texts> readCsv(const std::string& text)
{
    std::vector<Texts> lines{{""}};
    bool quoted = false;
    for (size_t i = 0; i < text.size(); ++i) {
        std::string& cell = lines.back().back();
        if (quoted) {
            if (text[i] != '"')
                cell += text[i];
            else if (i + 1 < text.size() && text[i + 1] == '"')
                cell += text[i++];
            else
                quoted = false;
        } else if (text[i] == '"' && cell.empty())
            quoted = true;
        else if (text[i] == ',')
            lines.back().emplace_back();
        else if (text.compare(i, 2, "\r\n") == 0) {
            lines.push_back({""});
            ++i;
        } else
            cell += text[i];
    }
    if (lines.back() == Texts{""}) lines.pop_back();
    return lines;
}

const std::string hostile = "a,\"b\" | <b>&x</b> \\ 50% $x_1$ {~^#} `c`\r\nsecond";

Measurement measured(const std::string& metric, double value)
{
    Measurement m;
    m.metric = metric;
    m.value = value;
    return m;
}

ReportInput sample()
{
    ReportInput input;
    input.title = hostile;
    Run first;
    first.id = 7;
    first.experiment = hostile;
    first.request.model = "/models/a,b";
    first.request.recipe = "quantization.rtn(bits=4,group_size=128)";
    first.settings = R"({"bits":4,"group_size":128})";
    first.state = RunState::Done;
    first.provenance = {"0.1.0", 3, 2, "cpu", "Haswell", "m1", "d1", "r1", "box", {}, {}};
    Measurement perplexity = measured("perplexity", 1.0 / 3);
    perplexity.standardError = 0.0123456;
    perplexity.low = 0.3;
    perplexity.high = std::numeric_limits<double>::infinity();
    perplexity.count = 12;
    first.measurements = {perplexity, measured("file_bytes", 1234567890123.0),
                          measured("of_another_version", std::nan(""))};
    Run second;
    second.id = 8;
    second.experiment = "e";
    second.request.recipe = "none";
    second.settings = R"({"mode":"x,y"})";
    second.state = RunState::Failed;
    second.errorCode = ErrorCode::OutOfMemory;
    second.error = hostile;
    second.measurements = {measured("perplexity", std::numeric_limits<double>::infinity())};
    input.runs = {first, second};
    return input;
}

std::string written(const char* file, const ReportInput& input = sample())
{
    return reportForFile(file).write(input);
}

} // namespace

class ReportTest : public QObject {
    Q_OBJECT
private slots:
    void everyReportIsFoundByItsExtension()
    {
        QCOMPARE(reports::all().size(), size_t(5));
        for (const Report* report : reports::all()) {
            QCOMPARE(&reportForFile("/a.b/runs." + report->extension), report);
            QVERIFY(!report->write({}).empty());
        }
        QCOMPARE(reportForFile("RUNS.CSV").id.c_str(), "csv");
        PARETOSCOPE_EXPECT_ERROR(reportForFile("runs.xls"), ".csv");
        PARETOSCOPE_EXPECT_ERROR(reportForFile("runs"), ".html");
    }

    void csvReadsBack()
    {
        const std::vector<Texts> lines = readCsv(written("t.csv"));
        QCOMPARE(lines.size(), size_t(3));
        for (const Texts& line : lines)
            QCOMPARE(line.size(), lines[0].size());
        const auto cell = [&](size_t row, const std::string& name) {
            const auto column = std::find(lines[0].begin(), lines[0].end(), name);
            return column == lines[0].end() ? "no column"
                                            : lines[row][size_t(column - lines[0].begin())];
        };
        QCOMPARE(cell(1, "id").c_str(), "7");
        QCOMPARE(cell(1, "experiment"), hostile);
        QCOMPARE(cell(1, "model").c_str(), "/models/a,b");
        QCOMPARE(cell(1, "recipe").c_str(), "quantization.rtn(bits=4,group_size=128)");
        QCOMPARE(cell(1, "bits").c_str(), "4");
        QCOMPARE(cell(1, "mode").c_str(), "");
        QCOMPARE(cell(2, "mode").c_str(), "x,y");
        QCOMPARE(std::strtod(cell(1, "perplexity").c_str(), nullptr), 1.0 / 3);
        QCOMPARE(cell(1, "perplexity_stderr").c_str(), "0.0123456");
        QVERIFY(std::isinf(std::strtod(cell(1, "perplexity_high").c_str(), nullptr)));
        QVERIFY(std::isinf(std::strtod(cell(2, "perplexity").c_str(), nullptr)));
        QCOMPARE(std::strtod(cell(1, "file_bytes").c_str(), nullptr), 1234567890123.0);
        QCOMPARE(cell(1, "of_another_version").c_str(), "");
        QCOMPARE(cell(2, "file_bytes").c_str(), "");
        QCOMPARE(cell(2, "state").c_str(), "failed");
        QCOMPARE(cell(2, "error"), hostile);
        QCOMPARE(cell(1, "model_fingerprint").c_str(), "m1");
    }

    void numbersAreTheSameInEveryLocale()
    {
        const std::string plain = written("t.csv");
        if (!std::setlocale(LC_ALL, "de_DE.UTF-8")) QSKIP("no German locale on this machine");
        const std::string german = written("t.csv");
        std::setlocale(LC_ALL, "C");
        QCOMPARE(german, plain);
    }

    void jsonHasTheDocumentedShape()
    {
        const Json document = parseJson(written("t.json"), "report");
        const Json& run = document.at("runs").at(0);
        QCOMPARE(run.at("id").get<int>(), 7);
        QCOMPARE(run.at("experiment").get<std::string>(), hostile);
        QCOMPARE(run.at("model").get<std::string>().c_str(), "/models/a,b");
        QCOMPARE(run.at("state").get<std::string>().c_str(), "done");
        QCOMPARE(run.at("error").get<std::string>().c_str(), "");
        QVERIFY(run.at("settings") == (Json{{"bits", 4}, {"group_size", 128}}));
        const Json& perplexity = run.at("metrics").at("perplexity");
        QVERIFY(perplexity.at("value") == 1.0 / 3);
        QVERIFY(perplexity.at("stderr") == 0.0123456);
        QVERIFY(perplexity.at("low") == 0.3);
        QVERIFY(perplexity.at("high").is_null()); // infinite
        QCOMPARE(perplexity.at("unit").get<std::string>().c_str(), "");
        QCOMPARE(perplexity.at("higher_is_better").get<bool>(), false);
        QCOMPARE(run.at("metrics").at("file_bytes").at("unit").get<std::string>().c_str(), "B");
        QVERIFY(run.at("metrics").at("of_another_version").at("value").is_null());
        const Json& provenance = run.at("provenance");
        for (const char* field :
             {"version", "seed", "threads", "backend", "model_fingerprint", "data_fingerprint"})
            QVERIFY2(provenance.contains(field), field);
        QCOMPARE(document.at("runs").at(1).at("state").get<std::string>().c_str(), "failed");
        QCOMPARE(document.at("runs").at(1).at("error").get<std::string>(), hostile);
    }

    void jsonIsValidWhateverAPathHolds()
    {
        ReportInput input = sample();
        input.runs[0].request.model = "/models/\xff\xfe";
        QCOMPARE(parseJson(written("t.json", input), "report").at("runs").size(), size_t(2));
    }

    void markdownKeepsOneLineARun()
    {
        const QStringList lines = QString::fromStdString(written("t.md")).trimmed().split('\n');
        QCOMPARE(lines.size(), 6); // title, blank, head, rule, two runs
        const auto cells = [](const QString& line) {
            return QString(line).remove("\\|").count('|') - 1;
        };
        for (int i = 3; i < 6; ++i)
            QCOMPARE(cells(lines[i]), cells(lines[2]));
        QVERIFY(lines[4].contains("0.333333 ± 0.012"));
        QVERIFY(lines[4].contains("1234567890123"));
        QVERIFY(lines[5].contains("∞"));
        QVERIFY(lines[5].contains("failed: "));
    }

    void htmlIsWellFormed()
    {
        const QString text = QString::fromStdString(written("t.html"));
        QVERIFY(!text.contains("<b>"));
        // Read as XML after the two things HTML does differently.
        QXmlStreamReader xml(
            QString(text).remove("<!doctype html>").remove("<meta charset=\"utf-8\">"));
        int rows = 0;
        QString all;
        while (!xml.atEnd()) {
            xml.readNext();
            if (xml.isStartElement() && xml.name() == QLatin1String("tr")) ++rows;
            if (xml.isCharacters()) all += xml.text();
        }
        QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
        QCOMPARE(rows, 3);
        QVERIFY(all.contains(QStringLiteral("a,\"b\" | <b>&x</b>")));
        QVERIFY(all.contains(QStringLiteral("0.333333 ± 0.012")));
    }

    void latexEscapesItsOwnCharacters()
    {
        const QStringList lines = QString::fromStdString(written("t.tex")).split('\n');
        QStringList rows;
        for (const QString& line : lines)
            if (line.endsWith("\\\\")) rows << line;
        QCOMPARE(rows.size(), 3);
        QCOMPARE(rows[0].count(" & "), rows[1].count(" & "));
        QCOMPARE(rows[0].count(" & "), rows[2].count(" & "));
        QVERIFY(rows[1].contains("\\texttt{quantization.rtn(bits=4,group\\_size=128)}"));
        QVERIFY(rows[1].contains("0.333333 $\\pm$ 0.012"));
        QVERIFY(rows[2].contains("$\\infty$"));
        QVERIFY(rows[2].contains("\\&x"));
        QVERIFY(
            rows[2].contains("50\\% \\$x\\_1\\$ \\{\\textasciitilde{}\\textasciicircum{}\\#\\}"));
        QVERIFY(rows[2].contains("\\textbackslash{}"));
    }

    void metricsCanBeChosen()
    {
        ReportInput input = sample();
        input.metrics = {"file_bytes"};
        const std::vector<Texts> lines = readCsv(written("t.csv", input));
        QVERIFY(std::find(lines[0].begin(), lines[0].end(), "file_bytes") != lines[0].end());
        QVERIFY(std::find(lines[0].begin(), lines[0].end(), "perplexity") == lines[0].end());
    }

    void doneRunsNeedNoStateColumn()
    {
        ReportInput input = sample();
        input.runs.pop_back();
        QVERIFY(!QString::fromStdString(written("t.md", input)).contains("State"));
        QVERIFY(QString::fromStdString(written("t.md")).contains("State"));
    }
};

QTEST_GUILESS_MAIN(ReportTest)
#include "report_test.moc"
