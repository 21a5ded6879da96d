// Building recipes and choosing tasks, with two strategies of the test's own.
#include "core/base/json.h"
#include "core/strategy/strategy.h"
#include "widgets/editors/file_field.h"
#include "widgets/editors/recipe_editor.h"
#include "widgets/editors/step_card.h"
#include "widgets/editors/strategy_picker.h"
#include "widgets/editors/task_editor.h"
#include "widgets/forms/parameter_form.h"

#include <QCheckBox>
#include <QLineEdit>
#include <QTemporaryFile>
#include <QToolButton>
#include <QTreeWidget>
#include <QtTest>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

class NamedStrategy : public Strategy {
public:
    NamedStrategy(StrategyInfo info, std::vector<Parameter> parameters)
        : info_(std::move(info)), parameters_(std::move(parameters))
    {
    }
    const StrategyInfo& info() const override { return info_; }
    const std::vector<Parameter>& parameters() const override { return parameters_; }
    Pipeline apply(const Pipeline& pipeline, const Settings&, Workbench&) const override
    {
        return pipeline;
    }

private:
    StrategyInfo info_;
    std::vector<Parameter> parameters_;
};

void registerStrategies()
{
    StrategyRegistry::instance().add(std::make_unique<NamedStrategy>(
        StrategyInfo{"pruning.cut", "pruning", "Cut", "Removes weights.", "A. Author, 2024", {"calibration"}},
        std::vector<Parameter>{Parameter::number("share", "Share", 0.5, 0, 0.9, "How much.")}));
    StrategyRegistry::instance().add(std::make_unique<NamedStrategy>(
        StrategyInfo{"quantization.round", "quantization", "Round", "Rounds weights.", "B. Author, 2023", {}},
        std::vector<Parameter>{
            Parameter::integer("bits", "Bits", 4, 2, 8, "Bits a weight.").withAllowed({2, 3, 4, 8}),
            Parameter::integer("group_size", "Group size", 64, 16, 256, "Weights that share a scale.")}));
}

QStringList texts(const std::vector<Recipe>& recipes)
{
    QStringList result;
    for (const Recipe& recipe : recipes) result << QString::fromStdString(recipe.text());
    return result;
}

} // namespace

class RecipeEditorTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { registerStrategies(); }

    void startsEmpty()
    {
        RecipeEditor editor;
        QVERIFY(editor.recipes().empty());
        QCOMPARE(editor.runCount(), 0);
        QVERIFY(editor.error().isEmpty());
        QVERIFY(!editor.needsCalibration());
    }

    void sweepsBecomeRecipes()
    {
        RecipeEditor editor;
        QSignalSpy changed(&editor, &RecipeEditor::changed);
        editor.addStep("quantization.round");
        editor.step(0).form().setSweep({"bits", {"2", "3"}});
        editor.step(0).form().setSweep({"group_size", {"32", "64"}});
        QVERIFY(changed.count() > 0);
        QCOMPARE(editor.runCount(), 4);
        QCOMPARE(texts(editor.recipes()),
                 (QStringList{u"quantization.round(bits=2,group_size=32)"_s,
                              u"quantization.round(bits=2)"_s,
                              u"quantization.round(bits=3,group_size=32)"_s,
                              u"quantization.round(bits=3)"_s}));
    }

    void stepsStackAndMove()
    {
        RecipeEditor editor;
        editor.addStep("quantization.round");
        editor.addStep("pruning.cut");
        QVERIFY(editor.needsCalibration());
        QCOMPARE(texts(editor.recipes()), QStringList{u"quantization.round+pruning.cut"_s});
        Q_EMIT editor.step(1).moveRequested(-1);
        QCOMPARE(texts(editor.recipes()), QStringList{u"pruning.cut+quantization.round"_s});
        Q_EMIT editor.step(0).removeRequested();
        QCOMPARE(texts(editor.recipes()), QStringList{u"quantization.round"_s});
    }

    void errorsNameTheStep()
    {
        RecipeEditor editor;
        editor.addStep("pruning.cut");
        editor.step(0).form().setSweep({"share", {"0.5", "2"}});
        QVERIFY(editor.error().startsWith(u"Cut: "_s));
    }

    void oldRecipesAreShownAgain()
    {
        RecipeEditor editor;
        const Recipe recipe = parseRecipe("pruning.cut(share=0.25)+quantization.round(bits=8)");
        editor.setRecipe(recipe);
        QCOMPARE(texts(editor.recipes()), QStringList{QString::fromStdString(recipe.text())});
    }

    void pickerFindsByAnyWord()
    {
        StrategyPicker picker;
        QSignalSpy chosen(&picker, &StrategyPicker::chosen);
        picker.setFilter(u"B. Author"_s);
        QCOMPARE(QString::fromStdString(picker.current()), u"quantization.round"_s);
        QTest::keyClick(picker.findChild<QLineEdit*>(), Qt::Key_Return);
        QCOMPARE(chosen.takeFirst().at(0).toString(), u"quantization.round"_s);
        picker.setFilter(u"nothing like this"_s);
        QVERIFY(picker.current().empty());
        QTest::keyClick(picker.findChild<QLineEdit*>(), Qt::Key_Return);
        QCOMPARE(chosen.count(), 0);
    }

    void tasksSayWhatIsMissing()
    {
        TaskEditor editor;
        QVERIFY(editor.check("perplexity")->isChecked());
        QVERIFY(editor.error().contains(u"text"_s));
        FileField* field = editor.textField("perplexity");
        field->setPath(u"/no/such/file.txt"_s);
        QVERIFY(editor.error().contains(u"/no/such/file.txt"_s));
        QTemporaryFile text;
        QVERIFY(text.open());
        field->setPath(text.fileName());
        QVERIFY2(editor.error().isEmpty(), qPrintable(editor.error()));
        QCOMPARE(editor.requests().size(), size_t(1));
        QCOMPARE(QString::fromStdString(editor.requests()[0].textFile), text.fileName());
    }

    void taskRequestsComeBack()
    {
        TaskEditor editor;
        TaskRequest request;
        request.task = "perplexity";
        request.settings = R"({"max_windows":7})";
        request.textFile = "/data/a.txt";
        editor.setRequests({request});
        const std::vector<TaskRequest> back = editor.requests();
        QCOMPARE(back.size(), size_t(1));
        QCOMPARE(Json::parse(back[0].settings).at("max_windows").get<int>(), 7);
        QCOMPARE(back[0].textFile, request.textFile);
        editor.setRequests({});
        QVERIFY(editor.requests().empty());
    }
};

} // namespace paretoscope

QTEST_MAIN(paretoscope::RecipeEditorTest)
#include "recipe_editor_test.moc"
