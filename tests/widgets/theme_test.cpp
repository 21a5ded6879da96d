// Colours can be read, icons are there.
#include "widgets/theme/colors.h"
#include "widgets/theme/icons.h"
#include "widgets/theme/style_sheet.h"
#include "widgets/theme/theme.h"

#include <QDir>
#include <QtTest>

using namespace Qt::StringLiterals;

namespace paretoscope {

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
