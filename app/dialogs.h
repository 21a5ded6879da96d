// The seam in front of every dialog. No other file of the program opens one.
//
// A test answers in advance with setNextAnswer; then nothing is shown.
#pragma once

#include <QString>
#include <QStringList>
#include <QVariant>

#include <optional>

class QWidget;

namespace paretoscope::dialogs {

// Empty when the user thought better of it. `filter` as QFileDialog takes it.
QString openFile(QWidget* parent, const QString& title, const QString& folder,
                 const QString& filter);
QString openFolder(QWidget* parent, const QString& title, const QString& folder);
QString saveFile(QWidget* parent, const QString& title, const QString& suggested,
                 const QString& filter);

std::optional<QString> askLine(QWidget* parent, const QString& title, const QString& label,
                               const QString& text);
std::optional<QString> askText(QWidget* parent, const QString& title, const QString& label,
                               const QString& text);
// `action` names what happens: "End the runs", not "OK".
bool confirm(QWidget* parent, const QString& title, const QString& text, const QString& action);
void tell(QWidget* parent, const QString& title, const QString& text);

// Answers wait in a row. A path or text, true or false; an invalid QVariant is "cancel".
void setNextAnswer(const QVariant& answer);
bool answersLeft();
QStringList shownTexts(); // titles and texts of dialogs that were answered in advance
void forgetAnswers();

} // namespace paretoscope::dialogs
