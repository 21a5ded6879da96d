// Forms made from parameters: every type there and back, errors in words, sweeps.
#include "core/base/json.h"
#include "widgets/forms/number_spin_box.h"
#include "widgets/forms/parameter_field.h"
#include "widgets/forms/parameter_form.h"
#include "widgets/forms/sweep_editor.h"
#include "widgets/forms/value_editor.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>
#include <QtTest>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

std::vector<Parameter> allTypes()
{
    return {Parameter::integer("bits", "Bits", 4, 2, 8, "Bits a weight.").withAllowed({2, 3, 4, 8}),
            Parameter::integer("seed_count", "Seeds", 1, 1, 1000000000000, "Any whole number."),
            Parameter::number("ratio", "Ratio", 0.5, 0, 1, "A share.").withUnit("share"),
            Parameter::number("rate", "Rate", 1e-5, 0, 1e9, "A small number."),
            Parameter::boolean("symmetric", "Symmetric", false, "One scale."),
            Parameter::choice("order", "Order", "none", {"none", "activation"}, "Column order."),
            Parameter::text("pattern", "Pattern", "", "Which layers."),
            Parameter::number("damping", "Damping", 0.01, 0, 1, "For experts.").asAdvanced()};
}

} // namespace

class ParameterFormTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void startsWithTheDefaults()
    {
        const ParameterForm form(allTypes(), true);
        QVERIFY(form.error().isEmpty());
        QCOMPARE(completeSettings(allTypes(), form.values(), "form"),
                 completeSettings(allTypes(), Json::object(), "defaults"));
        QCOMPARE(form.runCount(), 1);
        QVERIFY(form.sweeps().empty());
    }

    void everyTypeComesBack()
    {
        const Json given = {{"bits", 8},        {"seed_count", 123456789012}, {"ratio", 0.125},
                            {"rate", 3.5e-7},   {"symmetric", true},          {"order", "activation"},
                            {"pattern", "q, k"}, {"damping", 0.1}};
        ParameterForm form(allTypes(), true);
        form.setValues(given);
        const Settings settings = completeSettings(allTypes(), form.values(), "form");
        QCOMPARE(QString::fromStdString(settings.json().dump()), QString::fromStdString(given.dump()));
    }

    void typedTextIsTaken()
    {
        ParameterForm form(allTypes(), false);
        auto* rate = qobject_cast<NumberSpinBox*>(form.field("rate")->editor()->control());
        QVERIFY(rate);
        rate->clear();
        QTest::keyClicks(rate, u"2.5e-6"_s);
        QTest::keyClick(rate, Qt::Key_Return);
        QCOMPARE(completeSettings(allTypes(), form.values(), "form").number("rate"), 2.5e-6);
    }

    void spinBoxesStepByReadableAmounts()
    {
        NumberSpinBox share(false, 0, 1);
        share.setValue(0.2);
        share.stepBy(1);
        QCOMPARE(share.value(), 0.21);
        share.setValue(1e-5);
        share.stepBy(1);
        QCOMPARE(share.value(), 1.1e-5);
        NumberSpinBox tokens(true, 1, std::numeric_limits<double>::infinity());
        tokens.setValue(512);
        tokens.stepBy(-1);
        QCOMPARE(tokens.value(), 502.0);
        tokens.setValue(3);
        tokens.stepBy(-5);
        QCOMPARE(tokens.value(), 1.0);
    }

    void changesAreTold()
    {
        ParameterForm form(allTypes(), true);
        QSignalSpy changed(&form, &ParameterForm::changed);
        qobject_cast<QCheckBox*>(form.field("symmetric")->editor()->control())->click();
        QCOMPARE(changed.count(), 1);
        qobject_cast<QComboBox*>(form.field("order")->editor()->control())->setCurrentIndex(1);
        QCOMPARE(changed.count(), 2);
    }

    void sweepsMultiply()
    {
        ParameterForm form(allTypes(), true);
        form.setSweep({"bits", {"2", "3", "4"}});
        form.setSweep({"ratio", {"0.1", "0.2"}});
        QCOMPARE(form.runCount(), 6);
        QCOMPARE(form.sweeps().size(), size_t(2));
        QCOMPARE(form.sweeps()[0].values, (std::vector<std::string>{"2", "3", "4"}));
        QCOMPARE(form.sweeps()[1].values, (std::vector<std::string>{"0.1", "0.2"}));
        form.field("bits")->sweepButton()->click(); // back to one value
        QCOMPARE(form.runCount(), 2);
        QCOMPARE(completeSettings(allTypes(), form.values(), "form").integer("bits"), 4);
    }

    void sweepButtonStartsWithTheValue()
    {
        ParameterForm form(allTypes(), true);
        form.setValues({{"bits", 8}});
        form.field("bits")->sweepButton()->click();
        QCOMPARE(form.sweeps()[0].values, std::vector<std::string>{"8"});
        const auto boxes = form.field("bits")->sweepEditor()->findChildren<QCheckBox*>();
        QCOMPARE(boxes.size(), 4);
        boxes[0]->click();
        QCOMPARE(form.sweeps()[0].values, (std::vector<std::string>{"2", "8"}));
    }

    void badValuesAreNamedInTheField()
    {
        ParameterForm form(allTypes(), true);
        form.setSweep({"ratio", {"0.5", "7"}});
        QVERIFY(form.error().contains(u"7"_s));
        QVERIFY(!form.error().startsWith(u":"_s));
        bool shown = false;
        for (const QLabel* label : form.findChildren<QLabel*>())
            if (label->text() == form.error()) shown = label->property("role") == u"bad"_s;
        QVERIFY(shown);
        form.setSweep({"ratio", {}});
        QVERIFY(!form.error().isEmpty());
        QCOMPARE(form.runCount(), 0);
        form.setSweep({"ratio", {"0.5"}});
        QVERIFY(form.error().isEmpty());
    }

    void listsAreCleaned()
    {
        ParameterForm form(allTypes(), true);
        form.field("rate")->sweepButton()->click();
        form.field("rate")->sweepEditor()->findChild<QLineEdit*>()->setText(u" 0.1 ,0.2,, 0.1"_s);
        QCOMPARE(form.sweeps()[0].values, (std::vector<std::string>{"0.1", "0.2"}));
    }

    void advancedFieldsHideBehindAButton()
    {
        ParameterForm form(allTypes(), true);
        form.show();
        QVERIFY(!form.field("damping")->editor()->isVisible());
        QVERIFY(form.field("ratio")->editor()->isVisible());
        form.setAdvancedShown(true);
        QVERIFY(form.field("damping")->editor()->isVisible());
        form.setAdvancedShown(false);
        form.setSweep({"damping", {"0.1"}});
        QVERIFY(form.field("damping")->sweepEditor()->isVisible());
    }

    void controlsHaveNames()
    {
        ParameterForm form(allTypes(), true);
        for (const Parameter& parameter : allTypes()) {
            QVERIFY(!form.field(parameter.name)->editor()->control()->accessibleName().isEmpty());
            QVERIFY(!form.field(parameter.name)->sweepButton()->accessibleName().isEmpty());
        }
    }
};

} // namespace paretoscope

QTEST_MAIN(paretoscope::ParameterFormTest)
#include "parameter_form_test.moc"
