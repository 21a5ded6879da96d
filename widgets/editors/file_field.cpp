#include "widgets/editors/file_field.h"

#include "widgets/basics/labels.h"
#include "widgets/theme/spacing.h"

#include <QDragEnterEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QMimeData>

using namespace Qt::StringLiterals;

namespace paretoscope {

FileField::FileField(const QString& name, const QString& placeholder, QWidget* parent)
    : QWidget(parent)
    , line_(new QLineEdit(this))
    , button_(makeIconButton(u"open-model"_s, tr("Choose the %1").arg(name), this))
{
    button_->setIcon({});
    button_->setText(tr("Browse…"));
    line_->setPlaceholderText(placeholder);
    line_->setAccessibleName(name);
    line_->setAcceptDrops(false); // the whole field takes drops
    setAcceptDrops(true);
    setFocusProxy(line_);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(spacing().tiny);
    layout->addWidget(line_, 1);
    layout->addWidget(button_);
    connect(line_, &QLineEdit::textChanged, this, &FileField::changed);
    connect(button_, &QToolButton::clicked, this, &FileField::browseRequested);
}

QString FileField::path() const { return line_->text().trimmed(); }

void FileField::setPath(const QString& path) { line_->setText(path); }

QString FileField::error() const
{
    if (path().isEmpty()) return {};
    const QFileInfo file(path());
    if (!file.exists()) return tr("'%1' does not exist.").arg(path());
    if (!file.isFile()) return tr("'%1' is not a file.").arg(path());
    if (!file.isReadable()) return tr("'%1' cannot be read.").arg(path());
    return {};
}

void FileField::dragEnterEvent(QDragEnterEvent* event)
{
    if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void FileField::dropEvent(QDropEvent* event)
{
    const QList<QUrl> urls = event->mimeData()->urls();
    if (!urls.isEmpty() && urls.front().isLocalFile()) setPath(urls.front().toLocalFile());
}

} // namespace paretoscope
