/* The part of Windows' icuuc.dll that Qt is linked to, for Wine, which has none.

   Windows 10 brings ICU as a part of the system. Qt asks it for text encodings other than UTF and Latin-1 alone, and the
   program decodes with Python. So every converter that is asked for "cannot be found" (an error of 4 is
   U_FILE_ACCESS_ERROR), and the functions that take a converter are never called. */

#define EXPORT __declspec(dllexport)
#define UNUSED(name) EXPORT void *name(void) { return 0; }

EXPORT void *ucnv_open(const char *name, int *error) { *error = 4; return 0; }
EXPORT void *ucnv_getName(void *converter, int *error) { *error = 4; return 0; }
EXPORT void *ucnv_getStandardName(const char *name, const char *standard, int *error) { *error = 4; return 0; }

UNUSED(UCNV_FROM_U_CALLBACK_SUBSTITUTE)
UNUSED(UCNV_TO_U_CALLBACK_SUBSTITUTE)
UNUSED(ucnv_cbFromUWriteUChars)
UNUSED(ucnv_cbToUWriteUChars)
UNUSED(ucnv_close)
UNUSED(ucnv_countAvailable)
UNUSED(ucnv_fromUCountPending)
UNUSED(ucnv_fromUnicode)
UNUSED(ucnv_getAvailableName)
UNUSED(ucnv_getFromUCallBack)
UNUSED(ucnv_getMaxCharSize)
UNUSED(ucnv_getToUCallBack)
UNUSED(ucnv_reset)
UNUSED(ucnv_setFromUCallBack)
UNUSED(ucnv_setToUCallBack)
UNUSED(ucnv_toUCountPending)
UNUSED(ucnv_toUnicode)
