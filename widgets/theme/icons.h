// Stroke icons of resources/icons, tinted with the theme while they are painted, sharp at every
// scale.
#pragma once

#include <QIcon>
#include <QString>

namespace paretoscope {

enum class IconTint { Text, Accent, OnAccent, Muted, Bad };

// `name` is a file of resources/icons without its ending; an unknown name gives an empty icon.
QIcon themeIcon(const QString& name, IconTint tint = IconTint::Text);

} // namespace paretoscope
