; Inno Setup script for the Windows installer. Called by build.ps1, which gives Version and Source.
;
; Written without a Windows machine at hand: neither compiled nor run by its authors so far. If you use
; it, please tell what had to be changed.

#ifndef Version
  #error Call build.ps1, or give /DVersion=... /DSource=...
#endif

[Setup]
AppId={{6F0C1C1E-6E1B-4C0B-9E53-1B7A2C0B6D41}
AppName=Inkhorn
AppVersion={#Version}
AppVerName=Inkhorn {#Version}
DefaultDirName={autopf}\Inkhorn
DefaultGroupName=Inkhorn
DisableProgramGroupPage=yes
; For this user alone unless they ask for all users: no administrator is needed.
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
LicenseFile={#Source}\_internal\LICENSE
SetupIconFile=..\..\resources\icons\inkhorn.ico
UninstallDisplayIcon={app}\inkhorn.exe
OutputDir=..\..\dist
OutputBaseFilename=inkhorn-{#Version}-setup
Compression=lzma2/normal
SolidCompression=yes
WizardStyle=modern
CloseApplications=yes

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"
; Inno Setup 6.5 and later bring Simplified Chinese; for earlier ones put the file beside the others.
#ifexist CompilerPath + "\Languages\ChineseSimplified.isl"
Name: "zh"; MessagesFile: "compiler:Languages\ChineseSimplified.isl"
#endif

[Tasks]
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked

[InstallDelete]
; Files of an earlier version that this one does not have any more.
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#Source}\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{group}\Inkhorn"; Filename: "{app}\inkhorn.exe"
Name: "{autodesktop}\Inkhorn"; Filename: "{app}\inkhorn.exe"; Tasks: desktopicon

[Run]
Filename: "{app}\inkhorn.exe"; Description: "{cm:LaunchProgram,Inkhorn}"; Flags: nowait postinstall skipifsilent
