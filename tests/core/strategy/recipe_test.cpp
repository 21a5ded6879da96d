// Parameters, settings, recipes and sweeps, on strategies made for this test.
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/strategy/recipe.h"
#include "core/strategy/strategy.h"
#include "tests/test_data.h"

using namespace paretoscope;

namespace {

class Sample : public Strategy {
public:
    Sample(std::string id, std::vector<Parameter> parameters) : parameters_(std::move(parameters))
    {
        info_.id = std::move(id);
        info_.family = "sample";
    }
    const StrategyInfo& info() const override { return info_; }
    const std::vector<Parameter>& parameters() const override { return parameters_; }
    Pipeline apply(const Pipeline& pipeline, const Settings& settings, Workbench&) const override
    {
        Pipeline result = pipeline;
        result.notes.push_back(info_.id + " " + settings.json().dump());
        return result;
    }

private:
    StrategyInfo info_;
    std::vector<Parameter> parameters_;
};

std::vector<std::string> textsOf(const std::vector<Recipe>& recipes)
{
    std::vector<std::string> texts;
    for (const Recipe& recipe : recipes) texts.push_back(recipe.text());
    return texts;
}

} // namespace

class RecipeTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        auto& registry = StrategyRegistry::instance();
        registry.add(std::make_unique<Sample>(
            "sample.all",
            std::vector<Parameter>{
                Parameter::integer("bits", "Bits", 4, 2, 8, "Width.").withAllowed({2, 3, 4, 8}),
                Parameter::number("ratio", "Ratio", 0.5, 0, 1, "Share."),
                Parameter::boolean("symmetric", "Symmetric", false, "Kind."),
                Parameter::choice("mode", "Mode", "fast", {"fast", "exact"}, "How."),
                Parameter::text("note", "Note", "", "Anything.")}));
        registry.add(std::make_unique<Sample>(
            "sample.other", std::vector<Parameter>{Parameter::integer("bits", "Bits", 4, 1, 16, "Width."),
                                                   Parameter::integer("budget", "Budget", 512, 1, 4096, "Tokens.")}));
        PARETOSCOPE_EXPECT_ERROR(registry.add(std::make_unique<Sample>("sample.all", std::vector<Parameter>{})),
                                 "registered twice");
    }

    void textShowsWhatIsNotDefault()
    {
        QCOMPARE(parseRecipe("sample.all(bits=4)").text(), std::string("sample.all"));
        const Recipe recipe = parseRecipe(" sample.all( bits = 3 , note=\"a, b\" ) + sample.other(budget=64) ");
        QCOMPARE(recipe.text(), std::string(R"(sample.all(bits=3,note="a, b")+sample.other(budget=64))"));
        QCOMPARE(recipe.fullText(), std::string(R"(sample.all(bits=3,ratio=0.5,symmetric=false,mode=fast,note="a, b"))"
                                                "+sample.other(bits=4,budget=64)"));
        QCOMPARE(recipe.steps[0].settings.integer("bits"), 3);
        QCOMPARE(recipe.steps[0].settings.text("note"), std::string("a, b"));
        QCOMPARE(parseRecipe(recipe.fullText()).fingerprint(), recipe.fingerprint());
        QCOMPARE(parseRecipe("none").text(), std::string("none"));
    }

    void allFormsOfARecipe()
    {
        const Recipe recipe = parseRecipe("sample.all(bits=8,symmetric=true)");
        QCOMPARE(parseRecipe(toJson(recipe).dump()).text(), recipe.text());
        const ScratchFolder scratch;
        const auto file = scratch.path() / "recipe.txt";
        writeFileAtomically(file, recipe.text() + "\n");
        QCOMPARE(parseRecipe(file.string()).text(), recipe.text());
        writeFileAtomically(file, file.string()); // a file that names itself is only text
        PARETOSCOPE_EXPECT_ERROR(parseRecipe(file.string()), "recipe");
    }

    void mistakesAreNamed_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("message");
        const auto row = [](const char* text, const char* message) { QTest::newRow(text) << text << message; };
        row("", "the recipe is empty");
        row("sample.al", "there is no strategy 'sample.al' (did you mean 'sample.all'?)");
        row("sample.all(bits=9)", "sample.all: 'bits' is '9', but must be one of 2, 3, 4, 8");
        row("sample.all(bits=3.5)", "'bits' is '3.5', but must be a whole number");
        row("sample.all(bits=)", "but must be a whole number");
        row("sample.all(bit=3)", "there is no setting 'bit' (did you mean 'bits'?)");
        row("sample.all(ratio=1.5)", "'ratio' is '1.5', but must be 0 to 1");
        row("sample.all(ratio=nan)", "but must be a number");
        row("sample.all(symmetric=maybe)", "but must be true or false");
        row("sample.all(mode=slow)", "but must be one of fast, exact");
        row("sample.all(bits=3,bits=4)", "'bits' is given twice");
        row("sample.all(bits=3", "expected ',' or ')'");
        row("sample.all(bits 3)", "expected '=' after 'bits'");
        row("sample.all+", "expected a strategy");
        row("sample.all extra", "expected '+' or the end");
        row("[{\"settings\":{}}]", "'strategy' is missing");
    }
    void mistakesAreNamed()
    {
        QFETCH(QString, text);
        QFETCH(QString, message);
        try {
            parseRecipe(text.toStdString());
        } catch (const Error& error) {
            QVERIFY2(QString::fromUtf8(error.what()).contains(message), error.what());
            return;
        }
        QFAIL("no error");
    }

    void settingsAreMergedByName()
    {
        const Json merged = parseRecipe("sample.all(bits=3)+sample.other(bits=8,budget=9)").mergedSettings();
        QCOMPARE(merged.at("sample.all.bits").get<int>(), 3);
        QCOMPARE(merged.at("sample.other.bits").get<int>(), 8);
        QCOMPARE(merged.at("budget").get<int>(), 9);
        QVERIFY(!merged.contains("bits"));
    }

    void sweepsAreProducts()
    {
        const auto recipes = expandSweep(parseRecipe("sample.all"), {parseSweepAxis("bits=2,8"), parseSweepAxis("symmetric=true,false")});
        QCOMPARE(textsOf(recipes), (std::vector<std::string>{"sample.all(bits=2,symmetric=true)", "sample.all(bits=2)",
                                                             "sample.all(bits=8,symmetric=true)", "sample.all(bits=8)"}));
        const Recipe both = parseRecipe("sample.all+sample.other");
        QCOMPARE(textsOf(expandSweep(both, {parseSweepAxis("sample.other.bits=1,2")})),
                 (std::vector<std::string>{"sample.all+sample.other(bits=1)", "sample.all+sample.other(bits=2)"}));
    }

    void badSweepsAreNamed()
    {
        const Recipe both = parseRecipe("sample.all+sample.other");
        PARETOSCOPE_EXPECT_ERROR(expandSweep(both, {parseSweepAxis("bits=2")}), "several steps have a setting 'bits'");
        PARETOSCOPE_EXPECT_ERROR(expandSweep(both, {parseSweepAxis("budgt=2")}), "did you mean 'budget'?");
        PARETOSCOPE_EXPECT_ERROR(expandSweep(parseRecipe("sample.all"), {parseSweepAxis("bits=2,9")}), "'bits' is '9'");
        PARETOSCOPE_EXPECT_ERROR(parseSweepAxis("bits"), "must look like");
        PARETOSCOPE_EXPECT_ERROR(parseSweepAxis("bits=2,,3"), "empty value");
        PARETOSCOPE_EXPECT_ERROR(expandSweep(Recipe(), {parseSweepAxis("bits=2")}), "no step");
    }

    void stepsApplyInOrder()
    {
        JobContext job;
        Workbench workbench;
        workbench.job = &job;
        const Pipeline result = applyRecipe(parseRecipe("sample.other+sample.all"), {}, workbench);
        QCOMPARE(result.notes.size(), size_t{2});
        QVERIFY(result.notes[0].starts_with("sample.other") && result.notes[1].starts_with("sample.all"));
        job.cancel();
        PARETOSCOPE_EXPECT_ERROR(applyRecipe(parseRecipe("sample.other"), {}, workbench), "cancelled");
    }
};

QTEST_GUILESS_MAIN(RecipeTest)
#include "recipe_test.moc"
