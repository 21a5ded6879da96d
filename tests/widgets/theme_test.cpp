// Colours can be read, icons are there.
#include "widgets/theme/colors.h"
#include "widgets/theme/icons.h"
#include "widgets/theme/style_sheet.h"
#include "widgets/theme/theme.h"

#include <QDir>
#include <QtTest>

#include <algorithm>
#include <array>
#include <cmath>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

using Triple = std::array<double, 3>;

double linear(double c) { return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); }

// How a colour looks without one kind of cones: Machado, Oliveira and Fernandes 2009, severity 1.
using Sight = std::array<Triple, 3>;
constexpr Sight normal{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
constexpr Sight protan{
    {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}};
constexpr Sight deutan{
    {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}};
constexpr Sight tritan{
    {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}};

// OKLab (Ottosson 2020): distances there are about as large as they look.
Triple seen(const QColor& color, const Sight& sight)
{
    const Triple rgb{linear(color.redF()), linear(color.greenF()), linear(color.blueF())};
    Triple c{};
    for (size_t i = 0; i < 3; ++i)
        c[i] = std::clamp(sight[i][0] * rgb[0] + sight[i][1] * rgb[1] + sight[i][2] * rgb[2], 0.0, 1.0);
    const double l = std::cbrt(0.4122214708 * c[0] + 0.5363325363 * c[1] + 0.0514459929 * c[2]);
    const double m = std::cbrt(0.2119034982 * c[0] + 0.6806995451 * c[1] + 0.1073969566 * c[2]);
    const double s = std::cbrt(0.0883024619 * c[0] + 0.2817188376 * c[1] + 0.6299787005 * c[2]);
    return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

double apart(const QColor& a, const QColor& b, const Sight& sight)
{
    const Triple x = seen(a, sight), y = seen(b, sight);
    return std::hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
}

} // namespace

class ThemeTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void contrastOfBlackOnWhite()
    {
        QVERIFY(std::abs(contrastRatio(Qt::black, Qt::white) - 21.0) < 1e-9);
        QVERIFY(std::abs(contrastRatio(QColor(0x77, 0x77, 0x77), Qt::white) - 4.48) < 0.01);
    }

    void textIsReadable_data()
    {
        QTest::addColumn<int>("scheme");
        QTest::newRow("light") << int(ColorScheme::Light);
        QTest::newRow("dark") << int(ColorScheme::Dark);
    }
    void textIsReadable()
    {
        QFETCH(int, scheme);
        const ThemeColors& c = themeColors(ColorScheme(scheme));
        for (const QColor& background : {c.window, c.surface, c.raised, c.hover}) {
            QVERIFY(contrastRatio(c.text, background) >= 4.5);
            QVERIFY(contrastRatio(c.muted, background) >= 4.5);
        }
        for (const QColor& word : {c.good, c.warning, c.bad, c.accent})
            QVERIFY(contrastRatio(word, c.surface) >= 4.5);
        QVERIFY(contrastRatio(c.text, c.selection) >= 4.5);
        QVERIFY(contrastRatio(c.accentText, c.accent) >= 4.5);
        for (const QColor& mark : c.series) QVERIFY(contrastRatio(mark, c.surface) >= 3.0);
    }

    void seriesAreToldApart_data() { textIsReadable_data(); }
    // By everybody; black and white are 1 apart.
    void seriesAreToldApart()
    {
        QFETCH(int, scheme);
        const auto& series = themeColors(ColorScheme(scheme)).series;
        for (size_t a = 0; a < series.size(); ++a)
            for (size_t b = 0; b < a; ++b) {
                QVERIFY2(apart(series[a], series[b], normal) > 0.15, qPrintable(u"%1 and %2"_s.arg(a).arg(b)));
                QVERIFY2(apart(series[a], series[b], protan) > 0.11, qPrintable(u"%1 and %2, protan"_s.arg(a).arg(b)));
                QVERIFY2(apart(series[a], series[b], deutan) > 0.11, qPrintable(u"%1 and %2, deutan"_s.arg(a).arg(b)));
                QVERIFY2(apart(series[a], series[b], tritan) > 0.07, qPrintable(u"%1 and %2, tritan"_s.arg(a).arg(b)));
            }
    }

    void styleSheetHasNoPlaceholders()
    {
        const QString sheet = styleSheet(themeColors(ColorScheme::Light));
        QVERIFY(!sheet.contains(u'@'));
        static const QRegularExpression unfilled(u"\\{[A-Za-z]+\\}"_s);
        QVERIFY(!sheet.contains(unfilled));
    }

    void modesChangeThePalette()
    {
        Theme& theme = Theme::instance();
        QSignalSpy changed(&theme, &Theme::changed);
        theme.apply(ThemeMode::Dark);
        QCOMPARE(theme.scheme(), ColorScheme::Dark);
        const QPalette dark = QApplication::palette();
        QVERIFY(dark.color(QPalette::Window).lightness() < 80);
        theme.apply(ThemeMode::Light);
        QVERIFY(QApplication::palette().color(QPalette::Window).lightness() > 200);
        QCOMPARE(changed.count(), 2);
    }

    void everyIconPaints()
    {
        const QStringList names = QDir(u":/icons"_s).entryList({u"*.svg"_s});
        QVERIFY(names.size() > 20);
        for (const QString& file : names) {
            const QImage image = themeIcon(file.chopped(4)).pixmap(32, 32).toImage();
            int inked = 0;
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x)
                    if (qAlpha(image.pixel(x, y)) > 128) ++inked;
            QVERIFY2(inked > 20, qPrintable(file));
        }
        QVERIFY(themeIcon(u"no-such-icon"_s).isNull());
    }
};

} // namespace paretoscope

QTEST_MAIN(paretoscope::ThemeTest)
#include "theme_test.moc"
