@echo off
rem Starts Quiver: finds a Java 25 and gives it the flags that Quiver wants. quiver --help lists the
rem commands. QUIVER_JAVA_HOME chooses the Java, QUIVER_JAVA_OPTIONS adds to its options.
setlocal
set "QUIVER_LIB=%~dp0..\lib"
set "QUIVER_JAVA="
if defined QUIVER_JAVA_HOME call :consider "%QUIVER_JAVA_HOME%"
if defined JAVA_HOME call :consider "%JAVA_HOME%"
for /f "delims=" %%j in ('where java.exe 2^>nul') do call :consider "%%~dpj.."
for %%r in ("%ProgramFiles%\Eclipse Adoptium" "%ProgramFiles%\Java" "%ProgramFiles%\Microsoft" "%ProgramFiles%\Zulu" "%USERPROFILE%\.jdks") do (
  for /d %%j in ("%%~r\*") do call :consider "%%~j"
)
if not defined QUIVER_JAVA (
  echo quiver: needs a Java 25 and found none. Get one from https://adoptium.net/temurin/releases/?version=25, then set QUIVER_JAVA_HOME to it. 1>&2
  exit /b 1
)
set "QUIVER_MORE="
if /i "%~1"=="server" set "QUIVER_MORE=-XX:+ExitOnOutOfMemoryError"
"%QUIVER_JAVA%" "@%QUIVER_LIB%\java.options" %QUIVER_MORE% %QUIVER_JAVA_OPTIONS% -Dquiver.command=quiver -cp "%QUIVER_LIB%\quiver.jar" io.quiver.cli.Main %*
exit /b %ERRORLEVEL%

rem The first Java 25 wins; the release file names the version.
:consider
if defined QUIVER_JAVA exit /b 0
if not exist "%~1\bin\java.exe" exit /b 0
findstr /b /r /c:"JAVA_VERSION=.25" "%~1\release" >nul 2>nul && set "QUIVER_JAVA=%~1\bin\java.exe"
exit /b 0
