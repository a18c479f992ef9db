# Builds the Windows installer: .\packaging\windows\build.ps1
#
# Written without a Windows machine at hand: not run by its authors so far. If you use it, please tell
# what had to be changed. Needs Python 3.11 to 3.14 (the py launcher) and Inno Setup 6
# (https://jrsoftware.org/isinfo.php).

$ErrorActionPreference = 'Stop'
Set-Location (Join-Path $PSScriptRoot '..\..')

py run.py package
if ($LASTEXITCODE -ne 0) { throw "run.py package ended with $LASTEXITCODE" }

$version = (& .venv\Scripts\python.exe -c "import desktop_app; print(desktop_app.__version__)").Trim()
$compiler = Get-Command iscc.exe -ErrorAction SilentlyContinue
if ($null -eq $compiler) {
    $compiler = Get-Item "${env:ProgramFiles(x86)}\Inno Setup 6\ISCC.exe" -ErrorAction SilentlyContinue
}
if ($null -eq $compiler) {
    throw 'Inno Setup 6 is not installed (ISCC.exe not found). The folder dist\inkhorn runs as it is.'
}
$path = if ($compiler -is [System.IO.FileInfo]) { $compiler.FullName } else { $compiler.Source }
& $path "/DVersion=$version" "/DSource=$(Resolve-Path dist\inkhorn)" packaging\windows\inkhorn.iss
if ($LASTEXITCODE -ne 0) { throw "ISCC ended with $LASTEXITCODE" }

# Sign with your own certificate, for example:
#   signtool sign /fd SHA256 /tr http://timestamp.digicert.com /td SHA256 dist\inkhorn-$version-setup.exe
Write-Output "dist\inkhorn-$version-setup.exe"
