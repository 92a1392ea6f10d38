// libsrtp2 as Swift sees it: the oracle that our SRTP is held against, in tests only.
#include <srtp2/srtp.h>
