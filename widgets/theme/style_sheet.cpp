#include "widgets/theme/style_sheet.h"

#include "widgets/theme/spacing.h"

#include <QHash>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

// Names in braces are colours, @1 to @3 distances.
const char* const sheetTemplate = R"(
QToolBar { background: {window}; border: none; border-bottom: 1px solid {border};
    padding: @1px @2px; spacing: @1px; }
QToolBar::separator { background: {border}; width: 1px; margin: @1px @2px; }
QToolButton { border: 1px solid transparent; border-radius: 5px; padding: @1px @2px; color: {text}; }
QToolButton:hover { background: {hover}; }
QToolButton:pressed, QToolButton:checked { background: {selection}; }
QToolButton:focus { border-color: {accent}; }
QToolButton:disabled { color: {faint}; }
QToolButton::menu-indicator { image: none; }
QToolButton[compact="true"] { padding: @1px; }
QToolButton[popupMode="1"] { padding-right: @4px; }
QToolButton::menu-button { border: none; border-left: 1px solid transparent; width: @4px;
    border-top-right-radius: 5px; border-bottom-right-radius: 5px; }
QToolButton::menu-button:hover { background: {selection}; }

QPushButton { background: {raised}; border: 1px solid {outline}; border-radius: 5px;
    padding: @1px @3px; color: {text}; min-height: @4px; }
QPushButton:hover { background: {hover}; }
QPushButton:pressed { background: {selection}; }
QPushButton:focus { border-color: {accent}; }
QPushButton:disabled { color: {faint}; border-color: {border}; background: {window}; }
QPushButton[primary="true"] { background: {accent}; border-color: {accent}; color: {accentText}; }
QPushButton[primary="true"]:hover { background: {accentHover}; }
QPushButton[primary="true"]:focus { border: 2px solid {text}; }
QPushButton[primary="true"]:disabled { background: {border}; border-color: {border}; color: {faint}; }

QLineEdit, QAbstractSpinBox, QComboBox { background: {surface}; color: {text};
    border: 1px solid {outline}; border-radius: 4px; padding: @1px; min-height: @4px;
    selection-background-color: {accent}; selection-color: {accentText}; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus { border-color: {accent}; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: {faint}; border-color: {border}; }
QComboBox::drop-down { border: none; width: @4px; }
QComboBox::down-arrow { image: url(:/icons/arrow-down-{scheme}.svg); width: 10px; height: 10px; }
QComboBox QAbstractItemView { background: {raised}; color: {text}; border: 1px solid {outline};
    selection-background-color: {selection}; selection-color: {text}; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; width: @4px; background: transparent; }
QAbstractSpinBox::up-arrow { image: url(:/icons/arrow-up-{scheme}.svg); width: 8px; height: 8px; }
QAbstractSpinBox::down-arrow { image: url(:/icons/arrow-down-{scheme}.svg); width: 8px; height: 8px; }
QToolButton::menu-arrow { image: url(:/icons/arrow-down-{scheme}.svg); width: 10px; height: 10px; }
QCheckBox { spacing: @1px; }
QCheckBox::indicator { width: @5px; height: @5px; border: 1px solid {muted}; border-radius: 3px;
    background: {surface}; }
QCheckBox::indicator:hover, QCheckBox:focus::indicator { border-color: {accent}; }
QCheckBox::indicator:checked { background: {accent}; border-color: {accent};
    image: url(:/icons/check-{scheme}.svg); }
QCheckBox:focus { color: {accent}; }

QWidget[role="surface"] { background: {surface}; }
QFrame[role="card"] { background: {raised}; border: 1px solid {outline}; border-radius: 5px; }
QFrame[role="notice"] { background: {raised}; border: none; border-bottom: 1px solid {border}; }
QLabel[role="title"] { font-weight: 600; }
QLabel[role="finding"] { font-weight: 500; }
QLabel[role="badge"] { background: {accent}; color: {accentText}; border-radius: 4px; font-weight: 700;
    padding: 1px; }
QLabel[role="heading"] { font-weight: 600; font-size: 13pt; }
QLabel[role="muted"] { color: {muted}; }
QLabel[role="bad"] { color: {bad}; }
QLabel[role="good"] { color: {good}; }
QLabel[role="warning"] { color: {warning}; }

QTabWidget::pane { border: none; border-top: 1px solid {border}; }
QTabBar { background: {window}; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: {muted}; padding: @2px @3px; border: none;
    border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: {text}; }
QTabBar::tab:selected { color: {text}; border-bottom-color: {accent}; font-weight: 600; }
QTabBar::tab:focus { background: {hover}; }

QHeaderView { background: {surface}; border: none; }
QHeaderView::section { background: {surface}; color: {muted}; border: none;
    border-bottom: 1px solid {border}; padding: @1px; font-weight: 600; }
QTableView, QListView, QTreeView { background: {surface}; border: none; outline: none;
    gridline-color: {border}; selection-background-color: {selection};
    selection-color: {text}; }
QTableView::item:selected, QListView::item:selected, QTreeView::item:selected {
    background: {selection}; color: {text}; }
QTableView:focus, QListView:focus, QTreeView:focus { border: 1px solid {accent}; }

QSplitter::handle { background: {border}; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QStatusBar { background: {window}; border-top: 1px solid {border}; }
QStatusBar::item { border: none; }
QAbstractScrollArea::corner { background: {surface}; border: none; }
QScrollArea { border: none; background: transparent; }
QToolTip { background: {raised}; color: {text}; border: 1px solid {outline}; padding: @1px; }
QMenu { background: {raised}; color: {text}; border: 1px solid {outline}; padding: @1px; }
QMenu::item { padding: @1px @3px; border-radius: 4px; }
QMenu::item:selected { background: {selection}; color: {text}; }
QMenu::item:disabled { color: {faint}; }
QMenu::separator { height: 1px; background: {border}; margin: @1px; }
QMenuBar { background: {window}; color: {text}; }
QMenuBar::item { padding: @1px @2px; background: transparent; border-radius: 4px; }
QMenuBar::item:selected { background: {hover}; }

QProgressBar { background: {border}; border: none; border-radius: 3px; text-align: center;
    color: {text}; max-height: @2px; }
QProgressBar::chunk { background: {accent}; border-radius: 3px; }

QScrollBar:vertical { background: transparent; width: @3px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: @3px; margin: 0; }
QScrollBar::handle { background: {outline}; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: @4px; }
QScrollBar::handle:horizontal { min-width: @4px; }
QScrollBar::handle:hover { background: {muted}; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
)";

QHash<QString, QColor> namedColors(const ThemeColors& c)
{
    return {{u"window"_s, c.window},
            {u"surface"_s, c.surface},
            {u"raised"_s, c.raised},
            {u"hover"_s, c.hover},
            {u"border"_s, c.border},
            {u"outline"_s, c.outline},
            {u"text"_s, c.text},
            {u"muted"_s, c.muted},
            {u"faint"_s, c.faint},
            {u"accent"_s, c.accent},
            {u"accentHover"_s, c.accent.lighter(112)},
            {u"accentText"_s, c.accentText},
            {u"selection"_s, c.selection},
            {u"good"_s, c.good},
            {u"warning"_s, c.warning},
            {u"bad"_s, c.bad}};
}

} // namespace

QString styleSheet(const ThemeColors& colors)
{
    QString sheet = QString::fromUtf8(sheetTemplate);
    const QHash<QString, QColor> names = namedColors(colors);
    for (auto name = names.begin(); name != names.end(); ++name)
        sheet.replace(u'{' + name.key() + u'}', name.value().name());
    const Spacing space = spacing();
    sheet.replace(u"@1"_s, QString::number(space.tiny));
    sheet.replace(u"@2"_s, QString::number(space.small));
    sheet.replace(u"@3"_s, QString::number(space.medium));
    sheet.replace(u"{scheme}"_s,
                  colors.window.lightness() < colors.text.lightness() ? u"dark"_s : u"light"_s);
    sheet.replace(u"@5"_s, QString::number(space.large * 2 / 5));
    sheet.replace(u"@4"_s, QString::number(space.large * 3 / 5));
    return sheet;
}

} // namespace paretoscope
