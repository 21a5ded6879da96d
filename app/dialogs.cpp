#include "app/dialogs.h"

#include <QFileDialog>
#include <QInputDialog>
#include <QMessageBox>
#include <QPushButton>
#include <QQueue>

namespace paretoscope::dialogs {

namespace {

struct Rehearsal {
    QQueue<QVariant> answers;
    QStringList shown;
};

Rehearsal& rehearsal()
{
    static Rehearsal state;
    return state;
}

// The answer given in advance, if any.
std::optional<QVariant> rehearsed(const QString& title, const QString& text = {})
{
    if (rehearsal().answers.isEmpty()) return std::nullopt;
    rehearsal().shown << (text.isEmpty() ? title : title + QStringLiteral(": ") + text);
    return rehearsal().answers.dequeue();
}

std::optional<QString> textOf(const QVariant& answer)
{
    return answer.isValid() ? std::optional(answer.toString()) : std::nullopt;
}

} // namespace

QString openFile(QWidget* parent, const QString& title, const QString& folder,
                 const QString& filter)
{
    if (const auto answer = rehearsed(title)) return answer->toString();
    return QFileDialog::getOpenFileName(parent, title, folder, filter);
}

QString openFolder(QWidget* parent, const QString& title, const QString& folder)
{
    if (const auto answer = rehearsed(title)) return answer->toString();
    return QFileDialog::getExistingDirectory(parent, title, folder);
}

QString saveFile(QWidget* parent, const QString& title, const QString& suggested,
                 const QString& filter)
{
    if (const auto answer = rehearsed(title)) return answer->toString();
    return QFileDialog::getSaveFileName(parent, title, suggested, filter);
}

std::optional<QString> askLine(QWidget* parent, const QString& title, const QString& label,
                               const QString& text)
{
    if (const auto answer = rehearsed(title, label)) return textOf(*answer);
    bool accepted = false;
    const QString result
        = QInputDialog::getText(parent, title, label, QLineEdit::Normal, text, &accepted);
    return accepted ? std::optional(result) : std::nullopt;
}

std::optional<QString> askText(QWidget* parent, const QString& title, const QString& label,
                               const QString& text)
{
    if (const auto answer = rehearsed(title, label)) return textOf(*answer);
    bool accepted = false;
    const QString result = QInputDialog::getMultiLineText(parent, title, label, text, &accepted);
    return accepted ? std::optional(result) : std::nullopt;
}

bool confirm(QWidget* parent, const QString& title, const QString& text, const QString& action)
{
    if (const auto answer = rehearsed(title, text)) return answer->toBool();
    QMessageBox box(QMessageBox::Question, title, text, QMessageBox::NoButton, parent);
    const QPushButton* go = box.addButton(action, QMessageBox::AcceptRole);
    box.setDefaultButton(box.addButton(QMessageBox::Cancel));
    box.exec();
    return box.clickedButton() == go;
}

void tell(QWidget* parent, const QString& title, const QString& text)
{
    if (rehearsed(title, text)) return;
    QMessageBox::information(parent, title, text);
}

void setNextAnswer(const QVariant& answer) { rehearsal().answers.enqueue(answer); }

bool answersLeft() { return !rehearsal().answers.isEmpty(); }

QStringList shownTexts() { return rehearsal().shown; }

void forgetAnswers() { rehearsal() = {}; }

} // namespace paretoscope::dialogs
