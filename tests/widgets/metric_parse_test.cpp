// Values as people type them.
#include "widgets/basics/metric_format.h"
#include "widgets/basics/metric_parse.h"

#include <QtTest>

using namespace Qt::StringLiterals;

namespace paretoscope {

class MetricParseTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void values_data()
    {
        QTest::addColumn<QString>("metric");
        QTest::addColumn<QString>("text");
        QTest::addColumn<double>("value");
        QTest::newRow("MiB by themselves") << u"file_bytes"_s << u"1.5"_s << 1.5 * 1048576;
        QTest::newRow("with a unit") << u"file_bytes"_s << u"512 KiB"_s << 524288.0;
        QTest::newRow("decimal unit") << u"file_bytes"_s << u"2 MB"_s << 2e6;
        QTest::newRow("no space, small letters") << u"file_bytes"_s << u"3gib"_s << 3 * 1073741824.0;
        QTest::newRow("percent") << u"exact_match"_s << u"86 %"_s << 0.86;
        QTest::newRow("percent by itself") << u"exact_match"_s << u"86"_s << 0.86;
        QTest::newRow("plain") << u"perplexity"_s << u" 12.5 "_s << 12.5;
        QTest::newRow("its own unit") << u"decode_tokens_per_second"_s << u"30 tokens/s"_s << 30.0;
        QTest::newRow("exponent") << u"flops_per_token"_s << u"1e6"_s << 1e6;
    }
    void values()
    {
        QFETCH(QString, metric);
        QFETCH(QString, text);
        QFETCH(double, value);
        const auto parsed = parseMetric(metricInfo(metric.toStdString()), text);
        QVERIFY(parsed.has_value());
        QVERIFY(qAbs(*parsed - value) <= 1e-9 * qAbs(value));
    }

    void whatIsNoValueIsRefused_data()
    {
        QTest::addColumn<QString>("metric");
        QTest::addColumn<QString>("text");
        QTest::newRow("empty") << u"file_bytes"_s << QString();
        QTest::newRow("words") << u"file_bytes"_s << u"small"_s;
        QTest::newRow("another unit") << u"file_bytes"_s << u"3 %"_s;
        QTest::newRow("bytes of answers") << u"exact_match"_s << u"3 MiB"_s;
        QTest::newRow("two numbers") << u"perplexity"_s << u"3 to 4"_s;
        QTest::newRow("infinite") << u"perplexity"_s << u"1e999"_s;
    }
    void whatIsNoValueIsRefused()
    {
        QFETCH(QString, metric);
        QFETCH(QString, text);
        QVERIFY(!parseMetric(metricInfo(metric.toStdString()), text));
    }

    void whatIsShownIsUnderstood()
    {
        for (const char* name : {"file_bytes", "exact_match", "perplexity", "decode_tokens_per_second"}) {
            const MetricInfo info = metricInfo(name);
            const double value = info.scale == MetricScale::Bytes ? 1.25 * 1048576 : 0.5;
            QCOMPARE(parseMetric(info, formatMetric(info, value)).value_or(-1), value);
        }
    }
};

} // namespace paretoscope

QTEST_MAIN(paretoscope::MetricParseTest)
#include "metric_parse_test.moc"
