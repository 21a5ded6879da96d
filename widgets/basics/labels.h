// Labels and buttons in the roles of the style sheet.
#pragma once

#include <QLabel>
#include <QPushButton>
#include <QString>
#include <QToolButton>

namespace paretoscope {

// `role`: "title", "heading", "muted", "bad", "good", "warning" or empty.
QLabel* makeLabel(const QString& text, const char* role, QWidget* parent, bool wrapped = true);
void setRole(QWidget* widget, const char* role);

// An icon-only button whose tip is also its accessible name.
QToolButton* makeIconButton(const QString& icon, const QString& tip, QWidget* parent);

QPushButton* makePrimaryButton(const QString& text, QWidget* parent);

} // namespace paretoscope
