//! What is wrong with a custodian's TLS certificate, and what to do.
//!
//! Certificates are checked against the issuers that the operating system trusts, or those in the file that
//! the environment variable `SSL_CERT_FILE` names.

use rustls::{AlertDescription, CertificateError, Error};

/// What is wrong, if this error is about certificates.
pub(super) fn reason(error: &(dyn std::error::Error + 'static)) -> Option<String> {
	match find(error)? {
		Error::InvalidCertificate(error) => Some(of_certificate(error)),
		Error::AlertReceived(
			AlertDescription::CertificateRequired
			| AlertDescription::UnknownCA
			| AlertDescription::BadCertificate,
		) => Some(
			"it requires a certificate of its callers, so it serves only its own hospital's network. Use \
			 another custodian, or ask its institution"
				.into(),
		),
		_ => None,
	}
}

/// The error of TLS. An I/O error that contains one does not name it as its cause.
fn find<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a Error> {
	error.downcast_ref::<Error>().or_else(|| {
		let inner = error.downcast_ref::<std::io::Error>()?.get_ref()?;
		find(inner)
	})
}

fn of_certificate(error: &CertificateError) -> String {
	match error {
		CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
			"its certificate has expired. Ask its institution to renew it. If other custodians' \
			 certificates have expired too, check this machine's clock"
				.into()
		},
		CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
			"its certificate is not valid yet. Check this machine's clock".into()
		},
		CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
			"its certificate is for another name. Ask its institution for a certificate with this name, or to \
			 publish the right address (vouchsafe enrol custodian)"
				.into()
		},
		// Also an issuer of the same name with another key, or with another kind of key.
		CertificateError::UnknownIssuer
		| CertificateError::BadSignature
		| CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
			"this machine does not know who issued its certificate. If its institution has an issuer of its \
			 own, get the issuer's certificate from it, and add it to the system's \
			 (update-ca-certificates), or name a file with all trusted issuers in the environment variable \
			 SSL_CERT_FILE"
				.into()
		},
		// `openssl req -x509` makes such certificates. rustls has only the name of webpki's error.
		CertificateError::Other(error) if error.to_string() == "CaUsedAsEndEntity" => {
			"this machine does not know who issued its certificate: it signs itself as an issuer (CA:TRUE), \
			 and no server may use such a certificate, even if this machine trusts it. Ask its institution \
			 for a certificate that an issuer signed, or that says CA:FALSE"
				.into()
		},
		other => format!("{other}. Ask its institution"),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use rustls::{
		client::{danger::ServerCertVerifier, WebPkiServerVerifier},
		pki_types::{pem::PemObject, CertificateDer, ServerName, UnixTime},
		RootCertStore,
	};
	use std::{sync::Arc, time::Duration};

	/// Made by `openssl req -x509 -subj /CN=localhost -addext subjectAltName=DNS:localhost`.
	const SELF_SIGNED: &[u8] = b"
-----BEGIN CERTIFICATE-----
MIIBkzCCATmgAwIBAgIUSVm2XHzmipfRV6bxuMYBEjiSN1wwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MB4XDTI2MTEyNzE0MTMzN1oXDTI2MTIyNzE0
MTMzN1owFDESMBAGA1UEAwwJbG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAEbaH/tTj1UFRDOxmVQtwxE5/GTlVg+eqNK9OKuxK9mSut3ypyZc+3DvkU
yyj2LyY626+n1c14PURXJHbTtU70Z6NpMGcwHQYDVR0OBBYEFDxhI+Nj2HwYte0C
/k0B5dwEishkMB8GA1UdIwQYMBaAFDxhI+Nj2HwYte0C/k0B5dwEishkMA8GA1Ud
EwEB/wQFMAMBAf8wFAYDVR0RBA0wC4IJbG9jYWxob3N0MAoGCCqGSM49BAMCA0gA
MEUCIEn839k8mX6fcNkOb6pJ5gRQjNLLI2FPae6L/1EPHistAiEA41l+D0AZUkQ+
7amenUDv0h0oBwHTDr2vQPQkNnOBCyU=
-----END CERTIFICATE-----
";
	/// A time at which it is valid, in seconds since 1970.
	const VALID: u64 = 1_795_800_000;

	#[test]
	fn each_fault_is_named_with_what_helps() {
		for (fault, said) in [
			(CertificateError::Expired, ["has expired", "renew"]),
			(CertificateError::NotValidYet, ["not valid yet", "clock"]),
			(CertificateError::NotValidForName, ["another name", "enrol custodian"]),
			(CertificateError::UnknownIssuer, ["does not know who issued", "SSL_CERT_FILE"]),
			(CertificateError::Revoked, ["Revoked", "Ask"]),
		] {
			let error = std::io::Error::other(Error::InvalidCertificate(fault));
			let reason = reason(&error).unwrap();
			assert!(said.iter().all(|part| reason.contains(part)), "{reason}");
		}
		let wanted = Error::AlertReceived(AlertDescription::CertificateRequired);
		assert!(reason(&wanted).unwrap().contains("of its callers"));
		assert!(reason(&Error::HandshakeNotComplete).is_none());
		assert!(reason(&std::io::Error::other("refused")).is_none());
	}

	#[test]
	fn an_issuer_that_signs_itself_is_named_even_if_it_is_trusted() {
		let certificate = CertificateDer::from_pem_slice(SELF_SIGNED).unwrap();
		let mut roots = RootCertStore::empty();
		roots.add(certificate.clone()).unwrap();
		let provider = Arc::new(rustls::crypto::ring::default_provider());
		let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider);
		let name = ServerName::try_from("localhost").unwrap();
		let time = UnixTime::since_unix_epoch(Duration::from_secs(VALID));
		let verified =
			verifier.build().unwrap().verify_server_cert(&certificate, &[], &name, &[], time);
		let reason = reason(&verified.unwrap_err()).unwrap();
		assert!(reason.contains("does not know who issued"), "{reason}");
		assert!(reason.contains("CA:FALSE"), "{reason}");
	}
}
