; The installer for Windows: for one person, without an administrator, in Arabic, French or English.
;
;     makensis -DVERSION=0.1.0 -DPAYLOAD=FOLDER -DICON=FILE.ico -DTARGET=FILE.exe annotator.nsi
;
; PAYLOAD is the frozen folder, with annotator.exe in it. Settings and corpora are the person's own: no page here touches them.

Unicode true
ManifestDPIAware true
RequestExecutionLevel user
SetCompressor /SOLID lzma

!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"
!include "Win\COM.nsh"
!include "Win\Propkey.nsh"

!define ID "ArabicNewsAnnotator"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\${ID}"
!define CLASSES "Software\Classes"
!define CORPUS_KIND "${ID}.Corpus"
!define CHANGESET_KIND "${ID}.Changeset"
!define INVITATION_KIND "${ID}.Invitation"
; Of links to places: SCHEME of annotator/model/links.py.
!define SCHEME "arabic-news-annotator"
; By which the taskbar knows that the shortcut and the windows belong together: APP_USER_MODEL_ID of annotator/ui/app.py.
!define APP_USER_MODEL_ID "ArabicNewsAnnotator"
; Of annotator/settings.py.
!define DATA "$LOCALAPPDATA\annotator"

Name "Arabic News Annotator"
OutFile "${TARGET}"
InstallDir "$LOCALAPPDATA\Programs\${ID}"
InstallDirRegKey HKCU "${UNINSTALL}" "InstallLocation"
BrandingText "Arabic News Annotator ${VERSION}"
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "Arabic News Annotator"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "Arabic News Annotator"
VIAddVersionKey "LegalCopyright" "Apache-2.0"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN "$INSTDIR\annotator.exe"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!define MUI_UNCONFIRMPAGE_TEXT_TOP "$(KEPT)"
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
; The first is spoken where Windows speaks none of them.
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "Arabic"
!insertmacro MUI_LANGUAGE "French"

LangString SHORTCUT ${LANG_ENGLISH} "Arabic News Annotator"
LangString SHORTCUT ${LANG_ARABIC} "أداة وسم الأخبار"
LangString SHORTCUT ${LANG_FRENCH} "Annotateur de presse arabe"
LangString CORPUS ${LANG_ENGLISH} "Corpus of annotated news"
LangString CORPUS ${LANG_ARABIC} "مدوّنة أخبار موسومة"
LangString CORPUS ${LANG_FRENCH} "Corpus de presse annotée"
LangString CHANGESET ${LANG_ENGLISH} "Changes to a corpus of annotated news"
LangString CHANGESET ${LANG_ARABIC} "تعديلات على مدوّنة أخبار موسومة"
LangString CHANGESET ${LANG_FRENCH} "Modifications d’un corpus de presse annotée"
LangString INVITATION ${LANG_ENGLISH} "Invitation to a team that annotates news"
LangString INVITATION ${LANG_ARABIC} "دعوة إلى فريق لوسم الأخبار"
LangString INVITATION ${LANG_FRENCH} "Invitation dans une équipe d’annotation de presse"
LangString LINK ${LANG_ENGLISH} "Place in a corpus of annotated news"
LangString LINK ${LANG_ARABIC} "موضع في مدوّنة أخبار موسومة"
LangString LINK ${LANG_FRENCH} "Endroit d’un corpus de presse annotée"
LangString RUNNING ${LANG_ENGLISH} "Arabic News Annotator is open. Close it, then try again."
LangString RUNNING ${LANG_ARABIC} "أداة وسم الأخبار مفتوحة. أغلقها ثم أعد المحاولة."
LangString RUNNING ${LANG_FRENCH} "L’annotateur est ouvert. Fermez-le, puis réessayez."
LangString KEPT ${LANG_ENGLISH} "The program will be removed. Your corpora, backups and settings stay where they are; those that the program made by itself are in ${DATA}."
LangString KEPT ${LANG_ARABIC} "سيُزال البرنامج. أما مدوّناتك ونسخك الاحتياطية وإعداداتك فتبقى في مكانها، وما أنشأه البرنامج منها موجود في ${DATA}."
LangString KEPT ${LANG_FRENCH} "Le programme sera supprimé. Vos corpus, sauvegardes et réglages restent à leur place ; ceux que le programme a créés lui-même sont dans ${DATA}."

; Gives a shortcut the id of the program's windows. Where that fails, the taskbar shows them as two programs, and no more.
!macro SET_APP_USER_MODEL_ID SHORTCUT
  !insertmacro ComHlpr_CreateInProcInstance ${CLSID_ShellLink} ${IID_IShellLink} r0 ""
  ${If} $0 P<> 0
    ${IUnknown::QueryInterface} $0 '("${IID_IPersistFile}",.r1)'
    ${If} $1 P<> 0
      ${IPersistFile::Load} $1 '("${SHORTCUT}",${STGM_READWRITE})'
      ${IUnknown::QueryInterface} $0 '("${IID_IPropertyStore}",.r2)'
      ${If} $2 P<> 0
        System::Call '*(&w64 "${APP_USER_MODEL_ID}")p.r5'
        System::Call '*${SYSSTRUCT_PROPERTYKEY}(${PKEY_AppUserModel_ID})p.r3'
        System::Call '*${SYSSTRUCT_PROPVARIANT}(${VT_LPWSTR},,p r5)p.r4'
        ${IPropertyStore::SetValue} $2 '($3,$4)'
        ${IPropertyStore::Commit} $2 ""
        System::Free $5
        System::Free $4
        System::Free $3
        ${IUnknown::Release} $2 ""
        ${IPersistFile::Save} $1 '("${SHORTCUT}",1)'
      ${EndIf}
      ${IUnknown::Release} $1 ""
    ${EndIf}
    ${IUnknown::Release} $0 ""
  ${EndIf}
!macroend

; Says so, as often as is asked, while the program in INSTDIR runs: Windows keeps its files then. Silent, it gives up with 2.
!macro WAIT_UNTIL_CLOSED LABEL
  ${LABEL}:
  ClearErrors
  IfFileExists "$INSTDIR\annotator.exe" 0 ${LABEL}_closed
  FileOpen $0 "$INSTDIR\annotator.exe" a
  IfErrors 0 ${LABEL}_close
  MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(RUNNING)" /SD IDCANCEL IDRETRY ${LABEL}
  SetErrorLevel 2
  Quit
  ${LABEL}_close:
  FileClose $0
  ${LABEL}_closed:
!macroend

; Has a double click on a kind of file open the program.
!macro ADD_KIND SUFFIX KIND TITLE
  WriteRegStr HKCU "${CLASSES}\${SUFFIX}" "" "${KIND}"
  WriteRegStr HKCU "${CLASSES}\${SUFFIX}\OpenWithProgids" "${KIND}" ""
  WriteRegStr HKCU "${CLASSES}\${KIND}" "" "${TITLE}"
  WriteRegStr HKCU "${CLASSES}\${KIND}" "AppUserModelID" "${APP_USER_MODEL_ID}"
  WriteRegStr HKCU "${CLASSES}\${KIND}\DefaultIcon" "" "$INSTDIR\annotator.exe,0"
  WriteRegStr HKCU "${CLASSES}\${KIND}\shell\open\command" "" '"$INSTDIR\annotator.exe" "%1"'
!macroend

; Leaves what another program has done with the suffix since.
!macro REMOVE_KIND SUFFIX KIND
  ReadRegStr $0 HKCU "${CLASSES}\${SUFFIX}" ""
  StrCmp $0 "${KIND}" 0 +2
  DeleteRegValue HKCU "${CLASSES}\${SUFFIX}" ""
  DeleteRegValue HKCU "${CLASSES}\${SUFFIX}\OpenWithProgids" "${KIND}"
  DeleteRegKey /ifempty HKCU "${CLASSES}\${SUFFIX}\OpenWithProgids"
  DeleteRegKey /ifempty HKCU "${CLASSES}\${SUFFIX}"
  DeleteRegKey HKCU "${CLASSES}\${KIND}"
!macroend

; Has a click on a link to a place open the program, which takes nothing behind a link: that may be a stranger's.
!macro ADD_SCHEME
  WriteRegStr HKCU "${CLASSES}\${SCHEME}" "" "URL:$(LINK)"
  WriteRegStr HKCU "${CLASSES}\${SCHEME}" "URL Protocol" ""
  WriteRegStr HKCU "${CLASSES}\${SCHEME}" "AppUserModelID" "${APP_USER_MODEL_ID}"
  WriteRegStr HKCU "${CLASSES}\${SCHEME}\DefaultIcon" "" "$INSTDIR\annotator.exe,0"
  WriteRegStr HKCU "${CLASSES}\${SCHEME}\shell\open\command" "" '"$INSTDIR\annotator.exe" "%1"'
!macroend

Section
  !insertmacro WAIT_UNTIL_CLOSED before_installing
  ; What an older version brought and this one does not must not be loaded.
  RMDir /r "$INSTDIR\_internal"
  SetOutPath "$INSTDIR"
  File /r "${PAYLOAD}\*"
  WriteUninstaller "$INSTDIR\uninstall.exe"

  ; An older version may have been installed in another language.
  ReadRegStr $0 HKCU "Software\${ID}" "Shortcut"
  StrCmp $0 "" +2
  Delete "$SMPROGRAMS\$0.lnk"
  CreateShortCut "$SMPROGRAMS\$(SHORTCUT).lnk" "$INSTDIR\annotator.exe"
  !insertmacro SET_APP_USER_MODEL_ID "$SMPROGRAMS\$(SHORTCUT).lnk"
  WriteRegStr HKCU "Software\${ID}" "Shortcut" "$(SHORTCUT)"

  !insertmacro ADD_KIND ".corpus" "${CORPUS_KIND}" "$(CORPUS)"
  !insertmacro ADD_KIND ".changeset" "${CHANGESET_KIND}" "$(CHANGESET)"
  !insertmacro ADD_KIND ".team" "${INVITATION_KIND}" "$(INVITATION)"
  !insertmacro ADD_SCHEME

  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "$(SHORTCUT)"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\annotator.exe"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" $0
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)' ; kinds of files have changed
SectionEnd

Section Uninstall
  !insertmacro WAIT_UNTIL_CLOSED before_removing
  ReadRegStr $0 HKCU "Software\${ID}" "Shortcut"
  StrCmp $0 "" +2
  Delete "$SMPROGRAMS\$0.lnk"
  ; Only what was installed: the folder may have been chosen among a person's own files.
  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\annotator.exe"
  Delete "$INSTDIR\annotator-commands.exe"
  Delete "$INSTDIR\LICENCES.txt"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"

  !insertmacro REMOVE_KIND ".corpus" "${CORPUS_KIND}"
  !insertmacro REMOVE_KIND ".changeset" "${CHANGESET_KIND}"
  !insertmacro REMOVE_KIND ".team" "${INVITATION_KIND}"
  DeleteRegKey HKCU "${CLASSES}\${SCHEME}"
  DeleteRegKey HKCU "Software\${ID}"
  DeleteRegKey HKCU "${UNINSTALL}"
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd
