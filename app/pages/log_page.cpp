#include "app/pages/log_page.h"

#include "app/services/log_book.h"
#include "widgets/basics/empty_state.h"
#include "widgets/basics/labels.h"
#include "widgets/basics/value_table.h"
#include "widgets/theme/spacing.h"

#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QLocale>
#include <QScrollBar>
#include <QStackedWidget>

#include <chrono>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {
constexpr std::chrono::milliseconds pause{100};
}

LogPage::LogPage(LogBook& book, QWidget* parent)
    : QWidget(parent)
    , book_(book)
    , level_(new QComboBox(this))
    , filter_(new QLineEdit(this))
    , stack_(new QStackedWidget(this))
    , table_(new ValueTable(tr("Log"), {{tr("Time"), false, {}}, {tr("Kind"), false, {}}, {tr("Message"), false, {}}},
                            this))
{
    setProperty("role", u"surface"_s);
    setAttribute(Qt::WA_StyledBackground);
    level_->addItem(tr("Everything"), int(LogLevel::Info));
    level_->addItem(tr("Warnings and errors"), int(LogLevel::Warning));
    level_->addItem(tr("Errors"), int(LogLevel::Error));
    level_->setAccessibleName(tr("Which messages"));
    filter_->setPlaceholderText(tr("Filter messages"));
    filter_->setAccessibleName(tr("Filter the log"));
    filter_->setClearButtonEnabled(true);
    QToolButton* copy = makeIconButton(u"copy"_s, tr("Copy the log"), this);
    QToolButton* clear = makeIconButton(u"remove"_s, tr("Empty the log"), this);
    stack_->addWidget(
        new EmptyState(u"note"_s, tr("Nothing to tell"),
                       tr("What runs do and what goes wrong is written down here while the window is open."), this));
    stack_->addWidget(table_);
    auto* header = new QHBoxLayout;
    header->setContentsMargins(spacing().medium, spacing().tiny, spacing().tiny, spacing().tiny);
    header->setSpacing(spacing().small);
    header->addWidget(filter_, 1);
    for (QWidget* widget : std::initializer_list<QWidget*>{level_, copy, clear})
        header->addWidget(widget);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(header);
    layout->addWidget(stack_, 1);
    pause_.setSingleShot(true);
    pause_.setInterval(pause);
    connect(&book_, &LogBook::changed, &pause_, qOverload<>(&QTimer::start));
    connect(&pause_, &QTimer::timeout, this, &LogPage::refresh);
    connect(level_, &QComboBox::currentIndexChanged, this, &LogPage::refresh);
    connect(filter_, &QLineEdit::textChanged, table_, &ValueTable::setFilter);
    connect(copy, &QToolButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(table_->asText(true)); });
    connect(clear, &QToolButton::clicked, &book_, &LogBook::clear);
    refresh();
}

// The newest on top.
void LogPage::refresh()
{
    const auto least = LogLevel(level_->currentData().toInt());
    std::vector<ValueTableModel::Row> rows;
    const std::vector<LogBook::Entry>& entries = book_.entries();
    for (size_t i = entries.size(); i-- > 0;) {
        const LogBook::Entry& entry = entries[i];
        if (entry.level < least) continue;
        const CellTone tone = entry.level == LogLevel::Error     ? CellTone::Bad
                              : entry.level == LogLevel::Warning ? CellTone::Warning
                                                                 : CellTone::Muted;
        ValueCell time = ValueCell::words(QLocale().toString(entry.time.time(), u"HH:mm:ss"_s), CellTone::Muted);
        time.sort = entry.time;
        rows.push_back({{time, ValueCell::words(logLevelTitle(entry.level), tone), ValueCell::words(entry.text)},
                        QVariant::fromValue(qulonglong(i))});
    }
    const bool empty = rows.empty();
    table_->setRows(std::move(rows));
    table_->fitColumns(2);
    stack_->setCurrentIndex(empty ? 0 : 1);
}

} // namespace paretoscope
