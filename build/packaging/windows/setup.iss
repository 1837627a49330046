; The setup program for Windows: Inno Setup 6, called by build/package.py with the version.
; Never run so far: it was written and read without a Windows computer at hand.
; Installs for one person without an administrator; /ALLUSERS on its command line installs for all.
#ifndef Version
  #error Say /DVersion=... or use build/package.py
#endif

[Setup]
AppId={{6E0B5A0C-6A0C-4E0B-9D53-7C0E7B1E2A51}
AppName=Acme Product Importer
AppVersion={#Version}
AppPublisher=Acme
DefaultDirName={autopf}\Acme Product Importer
DefaultGroupName=Acme Product Importer
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=commandline
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
SourceDir=..\..\..
OutputDir=dist
OutputBaseFilename=acme-desktop-{#Version}-setup
LicenseFile=LICENSE
Compression=lzma2
SolidCompression=yes
ChangesAssociations=yes
ChangesEnvironment=yes
CloseApplications=yes
UninstallDisplayIcon={app}\acme-desktop.exe

[Tasks]
Name: path; Description: "Let acme-desktop be called from every console"

[Files]
Source: "dist\acme-desktop\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[InstallDelete]
; What an older version brought and this one does not must not be loaded.
Type: filesandordirs; Name: "{app}\_internal"

[Icons]
Name: "{group}\Acme Product Importer"; Filename: "{app}\acme-desktop.exe"

[Registry]
; Offered under "Open with" for these files; the default program stays what it is.
Root: HKA; Subkey: "Software\Classes\Applications\acme-desktop.exe"; ValueName: "FriendlyAppName"; ValueType: string; ValueData: "Acme Product Importer"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Applications\acme-desktop.exe\shell\open\command"; ValueType: string; ValueData: """{app}\acme-desktop.exe"" ""%1"""
Root: HKA; Subkey: "Software\Classes\Applications\acme-desktop.exe\SupportedTypes"; ValueName: ".csv"; ValueType: string; ValueData: ""
Root: HKA; Subkey: "Software\Classes\Applications\acme-desktop.exe\SupportedTypes"; ValueName: ".tsv"; ValueType: string; ValueData: ""
Root: HKA; Subkey: "Software\Classes\Applications\acme-desktop.exe\SupportedTypes"; ValueName: ".xlsx"; ValueType: string; ValueData: ""
Root: HKA; Subkey: "Software\Classes\Applications\acme-desktop.exe\SupportedTypes"; ValueName: ".parquet"; ValueType: string; ValueData: ""
Root: HKCU; Subkey: "Environment"; ValueName: "Path"; ValueType: expandsz; ValueData: "{olddata};{app}"; Tasks: path; Check: not OnPath

[UninstallRun]
; The database stays for a moment after its last window; a file in use cannot be deleted.
Filename: "{app}\acme-desktop.exe"; Parameters: "db stop --quiet"; Flags: runhidden; RunOnceId: "StopDatabase"

[Code]
function OnPath: Boolean;
var
  Path: String;
begin
  Result := RegQueryStringValue(HKCU, 'Environment', 'Path', Path)
    and (Pos(';' + Uppercase(ExpandConstant('{app}')) + ';', ';' + Uppercase(Path) + ';') > 0);
end;

procedure LeavePath;
var
  Path, Ours: String;
  At: Integer;
begin
  Ours := ';' + ExpandConstant('{app}');
  if RegQueryStringValue(HKCU, 'Environment', 'Path', Path) then begin
    At := Pos(Uppercase(Ours), Uppercase(Path));
    if At > 0 then begin
      Delete(Path, At, Length(Ours));
      RegWriteExpandStringValue(HKCU, 'Environment', 'Path', Path);
    end;
  end;
end;

procedure CurUninstallStepChanged(Step: TUninstallStep);
begin
  if Step = usPostUninstall then begin
    LeavePath;
    if not UninstallSilent then
      MsgBox('Your catalogue and settings stay in ' + ExpandConstant('{localappdata}\acme-desktop') + '.',
        mbInformation, MB_OK);
  end;
end;
