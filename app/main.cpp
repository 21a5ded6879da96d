#include "app/command_line/run_command_line.h"

int main(int argc, char** argv)
{
    return paretoscope::runCommandLine(argc, argv);
}
