#include "app/window/overlay_list.h"

#include "widgets/basics/labels.h"
#include "widgets/basics/value_table.h"
#include "widgets/theme/spacing.h"

#include <QApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPointer>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace paretoscope {

OverlayList::OverlayList(const QString& title, const QString& placeholder, QWidget* window)
    : QFrame(window)
    , title_(makeLabel(title, "title", this, false))
    , field_(new QLineEdit(this))
    , table_(new ValueTable(title, {{tr("Where"), false, {}}, {tr("What"), false, {}}, {tr("Keys"), true, {}}}, this))
{
    setProperty("role", u"card"_s);
    setAutoFillBackground(true);
    field_->setPlaceholderText(placeholder);
    field_->setAccessibleName(title);
    table_->setFocusPolicy(Qt::NoFocus); // the field keeps it; arrows move the list
    table_->setSelectionMode(QAbstractItemView::SingleSelection);
    table_->horizontalHeader()->hide();
    table_->setSortingEnabled(false);
    table_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(spacing().panel());
    layout->setSpacing(spacing().small);
    layout->addWidget(title_);
    layout->addWidget(field_);
    layout->addWidget(table_, 1);
    field_->installEventFilter(this);
    window->installEventFilter(this);
    connect(field_, &QLineEdit::textChanged, this, &OverlayList::search);
    connect(table_, &QTableView::clicked, this, &OverlayList::choose);
    hide();
}

void OverlayList::open(std::vector<Entry> entries)
{
    entries_ = std::move(entries);
    cameFrom_ = QApplication::focusWidget();
    field_->clear();
    search({});
    place();
    show();
    raise();
    field_->setFocus(Qt::ShortcutFocusReason);
}

void OverlayList::place()
{
    const QSize room = parentWidget()->size();
    const int wide = std::min(charactersWide(74), room.width() - 2 * spacing().large);
    const int high = std::min(room.height() * 3 / 5, charactersWide(60));
    setGeometry((room.width() - wide) / 2, room.height() / 8, wide, high);
    table_->fitColumns(1);
    table_->horizontalHeader()->setSectionResizeMode(1, QHeaderView::Stretch); // long names give way to keys
}

// Every word must be somewhere in the row.
void OverlayList::search(const QString& words)
{
    const QStringList wanted = words.toLower().split(u' ', Qt::SkipEmptyParts);
    std::vector<ValueTableModel::Row> rows;
    for (size_t i = 0; i < entries_.size(); ++i) {
        const Entry& entry = entries_[i];
        const QString all = (entry.group + u' ' + entry.text + u' ' + entry.shortcut).toLower();
        if (!std::all_of(wanted.begin(), wanted.end(), [&](const QString& word) { return all.contains(word); }))
            continue;
        rows.push_back({{ValueCell::words(entry.group, CellTone::Muted), ValueCell::words(entry.text),
                         ValueCell::words(entry.shortcut, CellTone::Muted)},
                        int(i)});
    }
    table_->clearSelection();
    table_->setRows(std::move(rows));
    if (table_->shownRows() > 0) table_->selectRow(0);
}

void OverlayList::choose()
{
    const QVariant key = table_->currentKey();
    if (!key.isValid()) return;
    const std::function<void()> action = entries_[size_t(key.toInt())].action;
    if (!action) return;
    close();
    action();
}

void OverlayList::close()
{
    const QPointer<QWidget> back = std::exchange(cameFrom_, nullptr);
    hide();
    if (back && back->isVisible()) back->setFocus();
}

bool OverlayList::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == parentWidget() && event->type() == QEvent::Resize && isVisible()) place();
    if (watched != field_) return QFrame::eventFilter(watched, event);
    if (event->type() == QEvent::FocusOut && isVisible() &&
        static_cast<QFocusEvent*>(event)->reason() != Qt::PopupFocusReason &&
        static_cast<QFocusEvent*>(event)->reason() != Qt::ActiveWindowFocusReason) {
        hide();
        return false;
    }
    if (event->type() != QEvent::KeyPress) return false;
    switch (static_cast<QKeyEvent*>(event)->key()) {
    case Qt::Key_Escape:
        close();
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        choose();
        return true;
    case Qt::Key_Up:
    case Qt::Key_Down:
    case Qt::Key_PageUp:
    case Qt::Key_PageDown:
        QApplication::sendEvent(table_, event);
        return true;
    default:
        return false;
    }
}

} // namespace paretoscope
