// Ticks that a person can read.
#include "core/report/axis.h"
#include "tests/test_data.h"

#include <cmath>

using namespace paretoscope;

namespace {

QString labels(const Axis& axis)
{
    QStringList list;
    for (const AxisTick& tick : axis.ticks()) list << QString::fromStdString(tick.label);
    return list.join(' ');
}

} // namespace

class AxisTest : public QObject {
    Q_OBJECT

private slots:
    void bytesAreInBinaryUnits()
    {
        const Axis axis("file_bytes", 0.7 * 1048576, 2.0 * 1048576, false, 0, 100);
        QCOMPARE(axis.unit(), std::string("MiB"));
        QCOMPARE(labels(axis), QStringLiteral("0.8 1.0 1.2 1.4 1.6 1.8 2.0"));
        QVERIFY(axis.place(0.7 * 1048576) > 0 && axis.place(2.0 * 1048576) < 100);
    }

    void sharesAreInPercent()
    {
        const Axis axis("exact_match", 0.5, 0.9, false, 100, 0);
        QCOMPARE(axis.unit(), std::string("%"));
        QCOMPARE(labels(axis), QStringLiteral("50 60 70 80 90"));
        QVERIFY(axis.place(0.9) < axis.place(0.5)); // upwards
    }

    void powersOnALogarithmicAxis()
    {
        const Axis axis("perplexity", 8, 900, true, 0, 1);
        QCOMPARE(labels(axis), QStringLiteral("10 20 50 100 200 500 1000"));
        const double step = axis.place(100) - axis.place(10);
        QVERIFY(std::abs(axis.place(1000) - axis.place(100) - step) < 1e-12);
    }

    void oneValueStillHasAnAxis()
    {
        for (const bool log : {false, true})
            for (const double value : {0.0, 3.0, -2.0}) {
                const Axis axis("perplexity", value, value, log, 0, 1);
                QVERIFY(std::isfinite(axis.place(value)));
                QVERIFY(!axis.ticks().empty());
                QVERIFY(axis.ticks().size() < 20);
            }
    }
};

QTEST_GUILESS_MAIN(AxisTest)
#include "axis_test.moc"
