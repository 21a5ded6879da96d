// Writes the texts that the program brings along: make_texts FOLDER.
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/data/arithmetic_problems.h"

#include <cstdio>

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::fputs("usage: make_texts FOLDER\n", stderr);
        return 2;
    }
    try {
        const std::filesystem::path folder(argv[1]);
        std::filesystem::create_directories(folder);
        paretoscope::writeFileAtomically(folder / "arithmetic.txt", paretoscope::arithmeticText(1, 400));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "make_texts: %s\n", error.what());
        return 1;
    }
}
