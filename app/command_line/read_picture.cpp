#include "app/command_line/read_picture.h"

#include "core/base/error.h"

#include <QImageReader>
#include <filesystem>

namespace paretoscope {

Picture readPicture(const std::string& file)
{
    if (!std::filesystem::is_regular_file(file)) fail(ErrorCode::NotFound, "there is no picture '{}'", file);
    QImageReader reader(QString::fromStdString(file));
    reader.setAutoTransform(true);
    const QImage image = reader.read().convertToFormat(QImage::Format_RGB888);
    if (image.isNull())
        fail(ErrorCode::BadFile, "'{}' is no picture that can be read: {}", file, reader.errorString().toStdString());
    Picture picture{image.width(), image.height(), {}};
    for (int row = 0; row < image.height(); ++row)
        picture.rgb.insert(picture.rgb.end(), image.constScanLine(row), image.constScanLine(row) + 3 * image.width());
    return picture;
}

} // namespace paretoscope
